/** A position in a plan file, for instance `plan.yaml:3:7`. */
export type Place = string;

/** The position of a field's value, or of its name; of what it stands in where there is no such field. */
export type PlaceOf = (keys: readonly PropertyKey[], of?: 'key') => Place;
