import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";

import { cn } from "@/lib/classes";

const button = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded border whitespace-nowrap " +
    "transition-opacity select-none disabled:opacity-55 [&_svg]:size-3.5 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        plain: "border-line-strong bg-panel text-ink hover:bg-sunken",
        primary: "border-accent bg-accent font-semibold text-accent-ink hover:opacity-90",
        quiet:
          "border-transparent text-ink-2 hover:bg-sunken hover:text-ink data-[popup-open]:bg-sunken",
      },
      size: { normal: "h-7 px-2.5", icon: "size-7", large: "h-8 px-3" },
    },
    defaultVariants: { look: "plain", size: "normal" },
  },
);

export type ButtonProps = ComponentProps<"button"> & VariantProps<typeof button>;

/** Class names of a button, for links and triggers that look like one. */
export function buttonClass(look?: ButtonProps["look"], size?: ButtonProps["size"]): string {
  return button({ look, size });
}

export function Button({ look, size, className, type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={cn(button({ look, size }), className)} {...rest} />;
}
