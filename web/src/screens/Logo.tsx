/** Two circles that share a part nobody else has. The same drawing as public/icon.svg. */
export function Logo({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 64 64" aria-hidden="true" className={className}>
      <rect width="64" height="64" rx="16" className="fill-[#0c665d]" />
      <circle cx="25" cy="32" r="13" className="fill-[#9fdccf]" />
      <circle cx="39" cy="32" r="13" className="fill-[#f6f5f1]" />
      <path d="M32 21.05a13 13 0 0 1 0 21.9a13 13 0 0 1 0-21.9z" className="fill-[#0c665d]" />
    </svg>
  );
}
