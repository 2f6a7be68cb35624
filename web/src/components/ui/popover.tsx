import { Popover as Base } from "@base-ui/react/popover";
import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/lib/classes";

import { buttonClass } from "./button";
import { floating } from "./menu";

export const PopoverRoot = Base.Root;

export function PopoverTrigger({ className, ...rest }: ComponentProps<typeof Base.Trigger>) {
  return <Base.Trigger className={cn(buttonClass(), className)} {...rest} />;
}

export interface PopoverPopupProps {
  label: string;
  align?: "start" | "end";
  /** What it stands beside, where that is not its trigger. */
  anchor?: ComponentProps<typeof Base.Positioner>["anchor"];
  className?: string;
  children: ReactNode;
}

export function PopoverPopup(props: PopoverPopupProps) {
  const { label, align = "end", anchor, className, children } = props;
  return (
    <Base.Portal>
      <Base.Positioner
        sideOffset={4}
        align={align}
        {...(anchor !== undefined && { anchor })}
        className="z-50 outline-none"
      >
        <Base.Popup aria-label={label} className={cn(floating, className)}>
          {children}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}
