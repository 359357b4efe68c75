// The package has no types of its own; what we use of it is behind grid.js.
export const Tabulator: any;
export const FormatModule: any;
export const FrozenColumnsModule: any;
export const MoveColumnsModule: any;
export const ResizeColumnsModule: any;
export const ResizeTableModule: any;
