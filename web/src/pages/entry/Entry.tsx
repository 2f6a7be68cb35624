import type { FormEvent, ReactNode } from "react";

import { Button } from "@/components/ui/button";

/** A page with one purpose, for somebody who is not in yet. */
export function Entry({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="mx-auto flex w-[360px] max-w-full flex-col gap-3 px-4 pt-[14vh] pb-8">
      <h1 className="text-lg font-semibold">{title}</h1>
      {children}
    </div>
  );
}

export interface EntryFormProps {
  onSubmit: () => void;
  action: string;
  busy: boolean;
  /** Why it did not work the last time. */
  failed: string | null;
  children: ReactNode;
}

/** Its fields, what went wrong, and the one button. */
export function EntryForm({ onSubmit, action, busy, failed, children }: EntryFormProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) onSubmit();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      {children}
      <div role="alert" className="min-h-[2.8em] text-small break-words text-bad">
        {failed}
      </div>
      <Button type="submit" look="primary" size="large" disabled={busy}>
        {action}
      </Button>
    </form>
  );
}
