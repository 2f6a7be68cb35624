/**
 * What every viewer of media is given, and what it may say of itself. A kind of media is one file
 * here, named as its twin in swanlab/sdk/media, with a line in kinds.ts.
 */

import type { ComponentType } from "react";

import type { MediaEntry, MediaItem } from "@/api/messages";

import type { How } from "./view";

/** Whose media: one process of a run, and how it is shown elsewhere. */
export interface MediaSource {
  workspace: string;
  project: string;
  run: string;
  runName: string;
  color: string;
  key: string;
  rank: number;
}

/** One item at one step. `full`: it has the whole window, and may take what it needs. */
export interface ItemViewerProps {
  source: MediaSource;
  step: number;
  item: MediaItem;
  full: boolean;
}

/** Entries of one or several runs under one key together: over steps, or joined across runs. */
export interface EntriesViewerProps {
  sources: { source: MediaSource; entries: MediaEntry[] }[];
  full: boolean;
}

/** Two items that are compared. */
export interface PairViewerProps {
  first: Omit<ItemViewerProps, "full">;
  second: Omit<ItemViewerProps, "full">;
  how: How;
}

/** Items of one panel that share a legend. */
export interface LegendProps {
  /** Of the panel. */
  name: string;
  items: readonly MediaItem[];
}

/** A kind of media as the panels know it. */
export interface MediaKind {
  /** Draws one item. */
  Item: ComponentType<ItemViewerProps>;
  /** Draws many steps or runs at once, where that says more than one item after the other. */
  Entries?: ComponentType<EntriesViewerProps>;
  /** Draws two items in one picture, in the ways it knows beside "side". */
  Pair?: { ways: readonly How[]; View: ComponentType<PairViewerProps> };
  /** What is drawn over its items, to be switched on and off; nothing where there is nothing. */
  Legend?: ComponentType<LegendProps>;
  /** Width to height of an item in a card before its bytes are there; 1 where nothing is said. */
  ratio?: (item: MediaItem) => number;
}
