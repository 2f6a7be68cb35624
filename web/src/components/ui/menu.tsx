import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/lib/classes";

import { buttonClass } from "./button";

/** Surface of everything that floats: menus, popovers, dialogs. */
export const floating =
  "rounded border border-line-strong bg-panel text-ink shadow-lg shadow-black/10 outline-none " +
  "transition-opacity duration-100 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0";

const item =
  "flex min-h-7 items-center gap-2 rounded px-2 text-ink outline-none select-none " +
  "data-[highlighted]:bg-accent-soft data-[disabled]:opacity-50 [&_svg]:size-3.5 [&_svg]:text-ink-2";

export const MenuRoot = Base.Root;
export const MenuRadioGroup = Base.RadioGroup;

export function MenuTrigger({ className, ...rest }: ComponentProps<typeof Base.Trigger>) {
  return <Base.Trigger className={cn(buttonClass("quiet", "icon"), className)} {...rest} />;
}

export interface MenuPopupProps {
  children: ReactNode;
  className?: string;
  /** What it stands beside, where that is not its trigger. */
  anchor?: ComponentProps<typeof Base.Positioner>["anchor"];
}

export function MenuPopup({ children, className, anchor }: MenuPopupProps) {
  return (
    <Base.Portal>
      <Base.Positioner
        sideOffset={4}
        align="end"
        {...(anchor !== undefined && { anchor })}
        className="z-50 outline-none"
      >
        <Base.Popup className={cn(floating, "min-w-40 p-1", className)}>{children}</Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}

export function MenuItem({ className, ...rest }: ComponentProps<typeof Base.Item>) {
  return <Base.Item className={cn(item, className)} {...rest} />;
}

export function MenuRadioItem({ children, ...rest }: ComponentProps<typeof Base.RadioItem>) {
  return (
    <Base.RadioItem closeOnClick {...rest} className={cn(item, "pr-3")}>
      <span className="grid size-3.5 place-items-center">
        <Base.RadioItemIndicator>
          <Check aria-hidden />
        </Base.RadioItemIndicator>
      </span>
      {children}
    </Base.RadioItem>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="mx-1 my-1 h-px bg-line" />;
}
