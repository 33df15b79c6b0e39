/**
 * Where a keyboard on the screen covers the page instead of making it smaller (Safari on iOS), the page is given the
 * height that is left, so that what is being written stays in view. Pinching makes the view smaller, too, and changes
 * nothing.
 */
export function makeRoomForKeyboard(view: VisualViewport | null = window.visualViewport): void {
  if (view === null) return;
  const { style } = document.documentElement;
  const adapt = () => {
    if (view.scale > 1.01) return;
    const covered = window.innerHeight - view.height;
    if (covered > 80) {
      style.setProperty('--view-height', `${view.height}px`);
      // Safari scrolls the page to the field, and would leave half of it above the screen.
      window.scrollTo(0, 0);
    } else style.removeProperty('--view-height');
  };
  view.addEventListener('resize', adapt);
  adapt();
}
