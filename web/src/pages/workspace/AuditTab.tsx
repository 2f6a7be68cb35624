import { useState } from "react";

import { AuditList, type AuditListProps } from "@/components/AuditList";

/** The audit log of a workspace. */
export function AuditTab({ workspace }: { workspace: string }) {
  const [wanted, setWanted] = useState<AuditListProps["wanted"]>({});
  return (
    <AuditList
      workspace={workspace}
      wanted={wanted}
      onWanted={(name, text) => setWanted((old) => ({ ...old, [name]: text }))}
    />
  );
}
