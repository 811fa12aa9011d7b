// The tables of variables of all programs, each variable once.
import type { Variable } from '../shared/configuration.js';
import type { VariableTable } from '../shared/variable-docs.js';
import { MIGRATION_SECTIONS, MIGRATION_VARIABLES } from '../migrate/config-table.js';
import { SECTIONS, VARIABLES } from '../tick/config-table.js';

export const TICK: VariableTable = { variables: Object.values(VARIABLES), sections: SECTIONS };

/** Without the variables that a tick reads too. */
export const MIGRATION: VariableTable = {
  variables: (Object.values(MIGRATION_VARIABLES) as Variable<unknown>[]).filter(
    ({ name }) => !TICK.variables.some((other) => other.name === name),
  ),
  sections: MIGRATION_SECTIONS,
};
