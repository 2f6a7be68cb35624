import { useNavigate, useSearch } from "@tanstack/react-router";

import { AuditList } from "@/components/AuditList";

/** The audit log of the whole server; what is filtered by stands in the address. */
export function AuditTab() {
  const { actor, action, target } = useSearch({ from: "/admin" });
  const navigate = useNavigate({ from: "/admin" });
  return (
    <AuditList
      workspace={null}
      wanted={{ actor, action, target }}
      onWanted={(name, text) =>
        void navigate({ search: (old) => ({ ...old, [name]: text }), replace: true })
      }
    />
  );
}
