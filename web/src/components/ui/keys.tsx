import { keyNames } from "@/app/shortcuts";

/** Keys to press, as on the keyboard. */
export function Keys({ keys }: { keys: string }) {
  return (
    <kbd className="inline-flex shrink-0 gap-0.5 font-[inherit]">
      {keyNames(keys).map((name) => (
        <span
          key={name}
          className="grid h-5 min-w-5 place-items-center rounded border border-line-strong bg-sunken px-1 text-tiny text-ink-2"
        >
          {name}
        </span>
      ))}
    </kbd>
  );
}
