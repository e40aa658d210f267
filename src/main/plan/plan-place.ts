/** A position in a plan file, for instance `plan.yaml:3:7`. */
export type Place = string;
