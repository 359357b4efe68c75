// Tabulator with the modules that the run table uses. Sorting, filtering and paging are the server's.
import {
  FormatModule,
  FrozenColumnsModule,
  MoveColumnsModule,
  ResizeColumnsModule,
  ResizeTableModule,
  Tabulator,
} from "tabulator-tables";

Tabulator.registerModule([FormatModule, FrozenColumnsModule, MoveColumnsModule, ResizeColumnsModule, ResizeTableModule]);

export { Tabulator };
