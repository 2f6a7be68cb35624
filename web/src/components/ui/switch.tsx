import { Switch as Base } from "@base-ui/react/switch";

export interface SwitchProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** What is on or off, and is so at once. */
export function Switch({ label, checked, onChange }: SwitchProps) {
  return (
    <Base.Root
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      className="flex h-4 w-7 shrink-0 cursor-pointer items-center rounded-full border border-ink-3 bg-sunken p-px data-[checked]:border-accent data-[checked]:bg-accent"
    >
      <Base.Thumb className="size-3 rounded-full bg-ink-3 transition-transform duration-100 data-[checked]:translate-x-3 data-[checked]:bg-panel" />
    </Base.Root>
  );
}
