import { Languages, Monitor, Moon, Sun } from "lucide-react";
import { useTranslation } from "@/i18n";

import {
  MenuPopup,
  MenuRadioGroup,
  MenuRadioItem,
  MenuRoot,
  MenuTrigger,
} from "@/components/ui/menu";
import { chooseLanguage, LANGUAGES, type Language } from "@/i18n";

import { THEMES, useTheme } from "./theme";

const THEME_ICONS = { light: Sun, dark: Moon, system: Monitor };

export function ThemeMenu() {
  const { t } = useTranslation();
  const [theme, setTheme] = useTheme();
  const Icon = THEME_ICONS[theme];
  return (
    <MenuRoot>
      <MenuTrigger aria-label={t("shell.theme")} title={t("shell.theme")}>
        <Icon aria-hidden />
      </MenuTrigger>
      <MenuPopup>
        <MenuRadioGroup value={theme} onValueChange={setTheme}>
          {THEMES.map((name) => (
            <MenuRadioItem key={name} value={name}>
              {t(`shell.${name}`)}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuPopup>
    </MenuRoot>
  );
}

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  return (
    <MenuRoot>
      <MenuTrigger aria-label={t("shell.language")} title={t("shell.language")}>
        <Languages aria-hidden />
      </MenuTrigger>
      <MenuPopup>
        <MenuRadioGroup value={i18n.language} onValueChange={chooseLanguage}>
          {(Object.keys(LANGUAGES) as Language[]).map((language) => (
            <MenuRadioItem key={language} value={language}>
              <span lang={language === "zh" ? "zh-CN" : language}>{LANGUAGES[language]}</span>
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuPopup>
    </MenuRoot>
  );
}
