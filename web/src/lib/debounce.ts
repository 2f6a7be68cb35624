import { useEffect, useRef, useState } from "react";

/**
 * A text field's own state, handed on `delay` milliseconds after the last key, so that typing never
 * waits for what the text filters. A change from outside (back button) comes back into the field.
 */
export function useDebouncedText(
  value: string,
  onChange: (text: string) => void,
  delay = 120,
): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text;
      latest.current(text);
    }, delay);
    return () => clearTimeout(timer);
  }, [text, delay]);
  return [text, setText];
}
