import { useTranslation } from "@/i18n";

import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { Keys } from "@/components/ui/keys";
import { useStored } from "@/lib/stored";

import { GROUPS, type Shortcut, SHORTCUTS, SINGLE_OFF } from "./shortcuts";

/** All shortcuts by where they act, and the switch for those of a single key. */
export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [off, store] = useStored(SINGLE_OFF);
  const table: readonly Shortcut[] = SHORTCUTS;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("shortcuts.title")}>
      {GROUPS.map((group) => (
        <section key={group} className="mb-3" aria-label={t(`shortcuts.in.${group}`)}>
          <h3 className="mb-1 text-small font-semibold text-ink-2">{t(`shortcuts.in.${group}`)}</h3>
          <dl>
            {table
              .filter((one) => one.group === group && one.keys.length > 0)
              .map(({ id, keys }) => (
                <div key={id} className="flex min-h-7 items-center justify-between gap-4">
                  <dt>{t(`shortcuts.do.${id}`)}</dt>
                  <dd className="flex items-center gap-2">
                    {keys.map((one) => (
                      <Keys key={one} keys={one} />
                    ))}
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <div className="border-t border-line pt-2 text-ink-2">
        <Checkbox checked={off === null} onChange={(on) => store(on ? null : "off")}>
          {t("shortcuts.single")}
        </Checkbox>
      </div>
    </Dialog>
  );
}
