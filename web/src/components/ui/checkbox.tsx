import { Checkbox as Base } from "@base-ui/react/checkbox";
import { Check } from "lucide-react";
import type { ReactNode } from "react";

export interface CheckboxProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}

/** A box with its words; both answer a click. */
export function Checkbox({ checked, onChange, children }: CheckboxProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- Base UI's button is labelable
    <label className="flex min-h-7 min-w-0 cursor-pointer items-center gap-2 rounded px-2 hover:bg-accent-soft">
      <Base.Root
        checked={checked}
        onCheckedChange={onChange}
        className="grid size-3.5 shrink-0 place-items-center rounded-[3px] border border-ink-3 data-[checked]:border-ink-2 data-[checked]:bg-ink-2"
      >
        <Base.Indicator className="text-panel">
          <Check aria-hidden className="size-3" strokeWidth={3} />
        </Base.Indicator>
      </Base.Root>
      {children}
    </label>
  );
}
