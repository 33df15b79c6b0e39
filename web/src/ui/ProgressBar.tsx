export interface ProgressBarProps {
  /** 0..1 */
  readonly value: number;
  readonly label: string;
  /** How a screen reader says the value. */
  readonly valueText: string;
  readonly 'data-testid'?: string;
}

export function ProgressBar({ value, label, valueText, ...rest }: ProgressBarProps) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={valueText}
      data-testid={rest['data-testid']}
      className="h-1.5 overflow-hidden rounded-full bg-(--track,var(--color-press))"
    >
      {/* Set through the style object, which the content security policy allows; an attribute it would not. */}
      <div
        className="h-full origin-left rounded-full bg-strong transition-transform duration-150 ease-linear"
        style={{ transform: `scaleX(${percent / 100})` }}
      />
    </div>
  );
}
