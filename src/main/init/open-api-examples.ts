export type Fields = Readonly<Record<string, unknown>>;

const DEEPEST = 5;
const MOST_REFERENCES = 20;
const MOST_ITEMS = 100;

export interface Example {
  readonly value: unknown;
  /** Made from the schema, since the description has no example. */
  readonly isMadeUp: boolean;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Resolves a reference within the description; any other value is returned as it is. */
export function resolved(api: Fields, value: unknown): unknown {
  let found = value;
  for (let count = 0; isFields(found) && typeof found['$ref'] === 'string'; count++) {
    const reference: string = found['$ref'];
    if (!reference.startsWith('#/') || count === MOST_REFERENCES) return undefined;
    found = reference
      .slice(2)
      .split('/')
      .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>(
        (holder, part) => (isFields(holder) && Object.hasOwn(holder, part) ? holder[part] : undefined),
        api,
      );
  }
  return found;
}

/** The example of a parameter or body: the one given, otherwise one that fits the schema. */
export function exampleOf(api: Fields, described: Fields): Example {
  const given = givenExample(api, described);
  if (given !== undefined) return { value: given, isMadeUp: false };
  return ofSchema(api, described['schema'], 0);
}

function givenExample(api: Fields, { example, examples }: Fields): unknown {
  if (example !== undefined) return example;
  const [first] = isFields(examples) ? Object.values(examples) : [];
  const found = resolved(api, first);
  return isFields(found) ? found['value'] : undefined;
}

function ofSchema(api: Fields, asked: unknown, depth: number): Example {
  const schema = resolved(api, asked);
  if (!isFields(schema)) return { value: 'example', isMadeUp: true };
  const { example, examples, default: byDefault, enum: choices } = schema;
  const given = [
    example,
    Array.isArray(examples) ? (examples as unknown[])[0] : undefined,
    schema['const'],
    byDefault,
  ].find((one) => one !== undefined);
  if (given !== undefined) return { value: given, isMadeUp: false };
  if (Array.isArray(choices) && choices.length > 0)
    return { value: (choices as unknown[])[0], isMadeUp: false };
  if (depth > DEEPEST) return { value: emptyOf(schema), isMadeUp: true };
  const [alternative] = [schema['oneOf'], schema['anyOf']].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  );
  if (alternative !== undefined) return ofSchema(api, alternative, depth + 1);
  if (Array.isArray(schema['allOf'])) return ofAll(api, schema, schema['allOf'] as unknown[], depth);
  const type = typeOf(schema);
  if (type === 'object' || isFields(schema['properties'])) return ofProperties(api, schema, depth);
  if (type === 'array') {
    const item = ofSchema(api, schema['items'], depth + 1);
    return { ...item, value: itemsOf(item.value, schema) };
  }
  return { value: ofType(type, schema), isMadeUp: true };
}

function typeOf({ type }: Fields): unknown {
  return Array.isArray(type) ? (type as unknown[]).find((one) => one !== 'null') : type;
}

/** A schema within itself ends here, with a value of its type and nothing in it. */
function emptyOf(schema: Fields): unknown {
  const type = typeOf(schema);
  if (type === 'object' || isFields(schema['properties']) || Array.isArray(schema['allOf'])) return {};
  return type === 'array' ? [] : ofType(type, schema);
}

function ofAll(api: Fields, schema: Fields, parts: readonly unknown[], depth: number): Example {
  const made = [
    ...parts.map((part) => ofSchema(api, part, depth + 1)),
    ...(isFields(schema['properties']) ? [ofProperties(api, schema, depth)] : []),
  ];
  const objects = made.map(({ value }) => value).filter(isFields);
  const isMadeUp = made.some((one) => one.isMadeUp);
  return objects.length === 0
    ? { value: made[0]?.value, isMadeUp }
    : { value: Object.assign({}, ...objects) as unknown, isMadeUp };
}

/** The required properties, or all if the schema lists none as required. */
function ofProperties(api: Fields, schema: Fields, depth: number): Example {
  const properties = isFields(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? new Set<unknown>(schema['required']) : null;
  const wanted = Object.entries(properties).filter(([name, property]) => {
    const found = resolved(api, property);
    return (required === null || required.has(name)) && !(isFields(found) && found['readOnly'] === true);
  });
  const made = wanted.map(([name, property]) => [name, ofSchema(api, property, depth + 1)] as const);
  return {
    value: Object.fromEntries(made.map(([name, { value }]) => [name, value])),
    isMadeUp: made.some(([, { isMadeUp }]) => isMadeUp),
  };
}

const BY_FORMAT: Readonly<Record<string, string>> = {
  uuid: '00000000-0000-4000-8000-000000000000',
  date: '2025-01-01',
  'date-time': '2025-01-01T00:00:00Z',
  email: 'someone@example.org',
  uri: 'http://example.org/',
  ipv4: '192.0.2.1',
};

/** As many as there have to be, at least one. */
function itemsOf(item: unknown, { minItems, uniqueItems }: Fields): unknown[] {
  const count = typeof minItems === 'number' ? Math.max(1, Math.min(minItems, MOST_ITEMS)) : 1;
  return Array.from({ length: count }, (_, index) => {
    if (uniqueItems !== true || index === 0) return item;
    if (typeof item === 'number') return item + index;
    return typeof item === 'string' ? `${item}${index + 1}` : item;
  });
}

function ofType(type: unknown, schema: Fields): unknown {
  switch (type) {
    case 'integer':
    case 'number':
      return numberIn(type, schema);
    case 'boolean':
      return true;
    default: {
      const { format, minLength, maxLength } = schema;
      const known = BY_FORMAT[String(format)];
      const text =
        known ?? 'example'.slice(0, typeof maxLength === 'number' ? Math.max(0, maxLength) : undefined);
      return typeof minLength === 'number' ? text.padEnd(Math.min(minLength, 1_000), 'x') : text;
    }
  }
}

interface Bound {
  readonly at: number;
  /** Whether the bound itself is excluded. */
  readonly isOpen: boolean;
}

/** A bound as 3.1 writes it, an exclusive one by itself, or as 3.0 does, with a flag next to it. */
function boundOf(
  inclusive: unknown,
  exclusive: unknown,
  isNearer: (a: number, b: number) => boolean,
): Bound | null {
  const closed = typeof inclusive === 'number' ? { at: inclusive, isOpen: exclusive === true } : null;
  if (typeof exclusive !== 'number') return closed;
  return closed !== null && isNearer(closed.at, exclusive) ? closed : { at: exclusive, isOpen: true };
}

/**
 * The lowest number that may be, from 1 on without a lower bound, or the highest one if that is too high. Above an
 * exclusive bound of any number it is the middle between both bounds, or 1 more without an upper one.
 */
function numberIn(type: 'integer' | 'number', schema: Fields): number {
  const low = boundOf(schema['minimum'], schema['exclusiveMinimum'], (a, b) => a > b);
  const high = boundOf(schema['maximum'], schema['exclusiveMaximum'], (a, b) => a < b);
  const { multipleOf } = schema;
  const asked = typeof multipleOf === 'number' && multipleOf > 0 ? multipleOf : null;
  const step = type === 'integer' && !Number.isInteger(asked ?? 0.5) ? 1 : asked;
  const from = low ?? { at: 1, isOpen: false };
  const lowest = step === null ? from.at : Math.ceil(from.at / step) * step;
  const isTooHigh = high !== null && (lowest > high.at || (lowest === high.at && high.isOpen));
  if (low === null && isTooHigh) {
    const highest = step === null ? high.at : Math.floor(high.at / step) * step;
    return highest === high.at && high.isOpen ? highest - (step ?? 1) : highest;
  }
  if (lowest !== from.at || !from.isOpen) return lowest;
  return step !== null || high === null ? lowest + (step ?? 1) : (from.at + high.at) / 2;
}
