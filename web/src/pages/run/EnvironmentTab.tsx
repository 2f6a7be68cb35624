import { Download } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "@/i18n";

import type { Run } from "@/api/messages";
import { CopyButton } from "@/components/CopyButton";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { SearchField } from "@/components/ui/search-field";
import { ValueTree } from "@/components/ValueTree";
import { cn } from "@/lib/classes";
import { download } from "@/lib/csv";
import { isObject } from "@/lib/flatten";
import { formatBytes } from "@/lib/format";
import { parseSearch } from "@/lib/search";

import { DiffPanel } from "./DiffPanel";
import {
  commandLine,
  count,
  otherEntries,
  packagesOf,
  part,
  remotePage,
  words,
  type Entry,
} from "./environment";

interface FactProps {
  label: string;
  value: string | undefined;
  mono?: boolean;
  href?: string | undefined;
}

/** A name and a value that can be copied; nothing where it is not known. */
function Fact({ label, value, mono = false, href }: FactProps) {
  if (value === undefined) return null;
  return (
    <div className="group flex min-h-7 items-start gap-3 border-b border-line px-3 py-1 last:border-0">
      <dt className="w-28 shrink-0 text-ink-2">{label}</dt>
      <dd className="m-0 flex min-w-0 grow items-start gap-3">
        <span
          className={cn(
            "min-w-0 grow break-words whitespace-pre-wrap",
            mono && "font-mono text-small leading-[18px]",
          )}
        >
          {href === undefined ? (
            value
          ) : (
            <a href={href} rel="noreferrer" target="_blank" className="text-accent hover:underline">
              {value}
            </a>
          )}
        </span>
        <CopyButton
          text={value}
          className="-my-0.5 h-6 opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
        />
      </dd>
    </div>
  );
}

function Facts({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Panel title={title}>
      <dl className="m-0">{children}</dl>
    </Panel>
  );
}

function RunFacts({ run }: { run: Run }) {
  const { t } = useTranslation();
  const process = part(run.environment, "process");
  return (
    <Facts title={t("environment.run")}>
      <Fact label={t("environment.id")} value={run.id} mono />
      <Fact label={t("environment.command")} value={commandLine(process)} mono />
      <Fact label={t("environment.directory")} value={words(process, "cwd")} mono />
      <Fact label={t("environment.script")} value={words(process, "script")} mono />
      <Fact label={t("environment.pid")} value={words(process, "pid")} />
      <Fact label={t("environment.user")} value={words(part(run.environment, "host"), "user")} />
    </Facts>
  );
}

function osName(os: Entry): string | undefined {
  const release = words(os, "release");
  const name = words(os, "pretty") ?? words(os, "name");
  const more = [release, words(os, "arch")].filter((text) => text !== undefined).join(", ");
  if (name === undefined) return more === "" ? undefined : more;
  return more === "" ? name : `${name} (${more})`;
}

function useCpu(hardware: Entry): string | undefined {
  const { t } = useTranslation();
  const cpu = part(hardware, "cpu");
  const [physical, logical] = [count(cpu, "physical"), count(cpu, "logical")];
  const cores =
    logical === undefined
      ? undefined
      : t("environment.cores", { physical: physical ?? "?", logical });
  const parts = [words(cpu, "brand"), cores].filter((text) => text !== undefined);
  return parts.length === 0 ? undefined : parts.join("\n");
}

function bytes(value: number | undefined): string | undefined {
  return value === undefined ? undefined : formatBytes(value);
}

function gpuText(gpu: Entry, own: string | undefined): string {
  const name = words(gpu, "name") ?? words(gpu, "vendor");
  const parts = [name, bytes(count(gpu, "memory")), own].filter((text) => text !== undefined);
  return parts.join(", ");
}

/** A container's memory goes with that of its machine. */
function useMemory(hardware: Entry): string | undefined {
  const { t } = useTranslation();
  const memory = bytes(count(hardware, "memory"));
  const machine = bytes(count(hardware, "machine_memory"));
  if (memory === undefined || machine === undefined) return memory;
  return t("environment.memoryOf", { memory, machine });
}

function MachineFacts({ environment }: { environment: Entry }) {
  const { t } = useTranslation();
  const hardware = part(environment, "hardware");
  const gpus = Array.isArray(hardware.gpus) ? hardware.gpus.filter(isObject) : [];
  // Worth saying only where other devices are there too that the run must not use.
  const shared = gpus.some((gpu) => gpu.own === false);
  const disk = isObject(hardware.disk) ? count(hardware.disk, "total") : count(hardware, "disk");
  return (
    <Facts title={t("environment.machine")}>
      <Fact label={t("environment.host")} value={words(part(environment, "host"), "name")} />
      <Fact label={t("environment.os")} value={osName(part(environment, "os"))} />
      <Fact label={t("environment.cpu")} value={useCpu(hardware)} />
      <Fact label={t("environment.memory")} value={useMemory(hardware)} />
      <Fact label={t("environment.disk")} value={bytes(disk)} />
      {gpus.map((gpu, position) => {
        const device = (words(gpu, "kind") ?? "gpu").toUpperCase();
        const label = t("environment.device", { device, index: words(gpu, "index") ?? position });
        const own = shared && gpu.own === true ? t("environment.own") : undefined;
        return <Fact key={label} label={label} value={gpuText(gpu, own)} />;
      })}
      <Fact label={t("environment.driver")} value={words(hardware, "driver")} />
    </Facts>
  );
}

function SoftwareFacts({ environment }: { environment: Entry }) {
  const { t } = useTranslation();
  const python = part(environment, "python");
  const swanlab = part(environment, "swanlab");
  const version = [words(python, "implementation"), words(python, "version")]
    .filter((text) => text !== undefined)
    .join(" ");
  return (
    <Facts title={t("environment.python")}>
      <Fact label={t("environment.version")} value={version === "" ? undefined : version} />
      <Fact
        label={t("environment.executable")}
        value={words(part(environment, "process"), "executable")}
        mono
      />
      <Fact label={t("environment.swanlab")} value={words(swanlab, "version")} />
      <Fact label={t("environment.mode")} value={words(swanlab, "mode")} />
      <Fact label={t("environment.runDir")} value={words(swanlab, "run_dir")} mono />
    </Facts>
  );
}

function GitFacts({ git }: { git: Entry }) {
  const { t } = useTranslation();
  const remote = words(git, "remote");
  const page = remote === undefined ? undefined : remotePage(remote);
  const commit = words(git, "commit");
  const dirty = typeof git.dirty === "boolean" ? git.dirty : undefined;
  return (
    <Facts title={t("environment.git")}>
      <Fact label={t("environment.remote")} value={remote} href={page} />
      <Fact label={t("environment.branch")} value={words(git, "branch")} />
      <Fact
        label={t("environment.commit")}
        value={commit}
        mono
        href={page === undefined || commit === undefined ? undefined : `${page}/commit/${commit}`}
      />
      {dirty !== undefined && (
        <Fact label={t("environment.dirty")} value={dirty ? t("common.yes") : t("common.no")} />
      )}
    </Facts>
  );
}

function Packages({ environment }: { environment: Entry }) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const packages = packagesOf(environment);
  const { matches, invalid } = parseSearch(query);
  const shown = packages.filter(({ name, version }) => matches(`${name}==${version}`));
  const all = packages.map(({ name, version }) => `${name}==${version}\n`).join("");
  return (
    <Panel
      title={t("environment.packages", { count: packages.length })}
      tools={
        packages.length > 0 && (
          <>
            <SearchField
              value={query}
              onChange={setQuery}
              label={t("environment.search")}
              invalid={invalid}
              className="w-52"
            />
            <CopyButton text={all} />
            <Button
              look="quiet"
              size="icon"
              aria-label={t("environment.downloadPackages")}
              title={t("environment.downloadPackages")}
              onClick={() => download("requirements.txt", all, "text/plain")}
            >
              <Download aria-hidden />
            </Button>
          </>
        )
      }
    >
      {packages.length === 0 && (
        <p className="px-3 py-4 text-ink-2">{t("environment.noPackages")}</p>
      )}
      {packages.length > 0 && shown.length === 0 && (
        <p className="px-3 py-4 text-ink-2">{t("common.none", { query })}</p>
      )}
      <ul className="m-0 columns-2 gap-0 p-1.5 font-mono text-small empty:hidden max-sm:columns-1">
        {shown.map(({ name, version }) => (
          <li key={name} className="flex h-6 break-inside-avoid items-center gap-3 px-1.5">
            <span className="truncate" title={name}>
              {name}
            </span>
            <span className="ml-auto shrink-0 text-ink-2">{version}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Where and how a run trains. */
export default function EnvironmentTab({ run }: { run: Run }) {
  const { t } = useTranslation();
  const { environment } = run;
  const other = otherEntries(environment);
  const git = part(environment, "git");
  const known = Object.keys(environment).length > 0;
  return (
    <div className="grid grid-cols-2 items-start gap-2 p-3.5 max-lg:grid-cols-1 max-sm:p-2">
      <div className="flex min-w-0 flex-col gap-2">
        <RunFacts run={run} />
        {known && <MachineFacts environment={environment} />}
        {known && <SoftwareFacts environment={environment} />}
        {Object.keys(git).length > 0 && <GitFacts git={git} />}
        <DiffPanel git={git} name={run.name} />
      </div>
      <div className="flex min-w-0 flex-col gap-2">
        {known ? (
          <Packages environment={environment} />
        ) : (
          <p className="px-3 py-6 text-ink-2">{t("environment.empty")}</p>
        )}
        {Object.keys(other).length > 0 && (
          <Panel title={t("environment.other")}>
            <ValueTree value={other} />
          </Panel>
        )}
      </div>
    </div>
  );
}
