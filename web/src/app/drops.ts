import { hasFiles } from '../screens/media/send/intake.ts';

/**
 * A file that is dropped where nothing takes one stays where it is: otherwise the browser would leave the page and open it. Listens
 * last, so that what takes files has had its turn.
 */
export function refuseOtherDrops(): void {
  for (const type of ['dragover', 'drop'] as const) {
    addEventListener(type, (event) => {
      const { dataTransfer, target } = event;
      if (event.defaultPrevented || dataTransfer === null || !hasFiles(dataTransfer.types)) return;
      // A field for files takes them by itself.
      if (target instanceof Element && target.matches('input[type=file]')) return;
      event.preventDefault();
      dataTransfer.dropEffect = 'none';
    });
  }
}
