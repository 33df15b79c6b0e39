let agreed = false;

/** Loads the page again, after the person was told what that costs: the browser does not ask once more. */
export function reload(): void {
  agreed = true;
  location.reload();
}

/** Whether the person has said in the page that it may go. */
export const hasAgreed = (): boolean => agreed;
