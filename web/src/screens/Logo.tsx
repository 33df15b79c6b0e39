/** Two circles; what they share is theirs alone. In ink, the same drawing as public/icon.svg. */
export function Logo({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 36 24" aria-hidden="true" className={className}>
      <path
        fillRule="evenodd"
        className="fill-ink"
        d="M2 12a10.5 10.5 0 1 0 21 0a10.5 10.5 0 1 0-21 0ZM13 12a10.5 10.5 0 1 0 21 0a10.5 10.5 0 1 0-21 0Z"
      />
    </svg>
  );
}
