import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";

import {
  type Preferences,
  type PreferencesEdit,
  preferencesQuery,
  teams,
  workspacesQuery,
  writes,
} from "@/api/teams";
import { THEMES, useTheme } from "@/app/theme";
import { Failure } from "@/components/Failure";
import { Panel } from "@/components/Panel";
import { Choice } from "@/components/ui/field";
import { useChange } from "@/edit/useChange";
import { chooseLanguage, type Language, LANGUAGES } from "@/i18n";

/** How the pages look in this browser. */
export function LookPanel() {
  const { t, i18n } = useTranslation();
  const [theme, setTheme] = useTheme();
  const languages = Object.entries(LANGUAGES) as [Language, string][];
  return (
    <Panel title={t("accounts.look")}>
      <div className="flex flex-wrap gap-3 p-3">
        <Choice
          label={t("shell.theme")}
          value={theme}
          options={THEMES.map((name) => [name, t(`shell.${name}`)])}
          onChange={setTheme}
          className="w-56 max-w-full"
        />
        <Choice
          label={t("shell.language")}
          value={i18n.language === "zh" ? "zh" : "en"}
          options={languages}
          onChange={chooseLanguage}
          className="w-56 max-w-full"
        />
      </div>
    </Panel>
  );
}

function NewProjects({ preferences }: { preferences: Preferences }) {
  const { t } = useTranslation();
  const make = useChange();
  const workspaces = useQuery(workspacesQuery);
  const prefer = (edit: Partial<PreferencesEdit>, shown: Partial<Preferences>) => {
    const before = Object.fromEntries(
      Object.keys(shown).map((name) => [name, preferences[name as keyof Preferences]]),
    ) as Partial<PreferencesEdit>;
    void make<Preferences>({
      queryKey: preferencesQuery.queryKey,
      change: (old) => ({ ...old, ...shown }),
      send: () => teams.prefer(edit),
      said: t("accounts.preferred"),
      also: [workspacesQuery.queryKey],
      back: { queryKey: preferencesQuery.queryKey, send: () => teams.prefer(before) },
    });
  };
  const places = (workspaces.data?.workspaces ?? []).filter(({ role }) => writes(role));
  const names = places.map(({ name }) => name);
  const { default_workspace: place, default_visibility: visibility } = preferences;
  const listed = names.includes(place) ? names : [place, ...names];
  return (
    <Panel title={t("accounts.newProjects")}>
      <div className="flex flex-wrap gap-3 p-3">
        <Choice
          label={t("accounts.defaultWorkspace")}
          value={place}
          options={listed.map((name) => [name, name])}
          onChange={(name) => prefer({ default_workspace: name }, { default_workspace: name })}
          className="w-56 max-w-full"
        />
        <Choice
          label={t("about.visibility")}
          value={visibility}
          options={[
            ["private", t("about.private")],
            ["public", t("about.public")],
          ]}
          onChange={(one) => prefer({ default_visibility: one }, { default_visibility: one })}
          className="w-80 max-w-full"
        />
      </div>
      <p className="px-3 pb-3 text-small text-ink-2">{t("accounts.newProjectsText")}</p>
    </Panel>
  );
}

/** Where new projects go and who may read them, where a script says nothing; how pages look. */
export function PreferencesTab() {
  const preferences = useQuery(preferencesQuery);
  return (
    <>
      {preferences.data !== undefined && <NewProjects preferences={preferences.data} />}
      {preferences.error !== null && preferences.data === undefined && (
        <Failure embedded error={preferences.error} onRetry={() => void preferences.refetch()} />
      )}
      <LookPanel />
    </>
  );
}
