import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { accounts, type Quota, quotaQuery } from "@/api/accounts";
import { Failure } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { formatBytes, formatCount } from "@/lib/format";

import { useChange } from "./useChange";

const GIB = 1024 ** 3;

function Form({ quota, onClose }: { quota: Quota; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const make = useChange();
  const [gib, setGib] = useState(quota.bytes === null ? "" : String(quota.bytes / GIB));
  const [runs, setRuns] = useState(quota.runs === null ? "" : String(quota.runs));
  const { queryKey } = quotaQuery(quota.workspace);
  const save = () => {
    onClose();
    const wanted = {
      bytes: gib.trim() === "" ? null : Math.round(Number(gib) * GIB),
      runs: runs.trim() === "" ? null : Number(runs),
    };
    const { workspace, bytes, runs: before } = quota;
    void make({
      queryKey,
      send: () => accounts.setQuota(workspace, wanted),
      said: t("edit.saved", { name: workspace }),
      back: { queryKey, send: () => accounts.setQuota(workspace, { bytes, runs: before }) },
    });
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <p className="text-ink-2">
        {t("admin.quotaUsed", {
          bytes: formatBytes(quota.used_bytes),
          runs: formatCount(quota.used_runs, i18n.language),
        })}
      </p>
      <div className="grid grid-cols-2 gap-3">
        <Field
          label={t("admin.quotaBytes")}
          type="number"
          min={0}
          step="any"
          value={gib}
          onChange={setGib}
        />
        <Field label={t("admin.quotaRuns")} type="number" min={0} value={runs} onChange={setRuns} />
      </div>
      <p className="text-small text-ink-3">{t("admin.quotaOwnHint")}</p>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button look="primary" type="submit">
          {t("edit.save")}
        </Button>
      </div>
    </form>
  );
}

/** What a workspace may hold, for admins of the server. */
export function QuotaDialog({ workspace, onClose }: { workspace: string; onClose: () => void }) {
  const { t } = useTranslation();
  const quota = useQuery(quotaQuery(workspace));
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("admin.quotaOf", { name: workspace })}
    >
      {quota.data !== undefined && <Form quota={quota.data} onClose={onClose} />}
      {quota.data === undefined && quota.error !== null && (
        <Failure embedded error={quota.error} onRetry={() => void quota.refetch()} />
      )}
    </Dialog>
  );
}
