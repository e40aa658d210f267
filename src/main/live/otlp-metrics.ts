import { type HrTime, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import type { Family, Labels } from '../reporters/prometheus.ts';

/** The time span that a count covers. */
export interface Period {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

type Sample = Family['samples'][number];

/** Prometheus puts the unit into a metric's name, OpenTelemetry into a separate field. */
const UNITS = [
  ['_seconds', 's'],
  ['_bytes', 'By'],
] as const;

/** Prometheus families as OpenTelemetry metrics; collectors convert them back to the same names. */
export function otlpMetrics(families: readonly Family[], common: Labels, period: Period): MetricData[] {
  return families.flatMap(({ name: written, type, help, samples }) => {
    const [name, unit] = nameOf(written);
    const metric = (suffix: string, isCount: boolean, part: readonly Sample[]): MetricData[] => {
      if (part.length === 0) return [];
      const isWhole = part.every(([, value]) => Number.isSafeInteger(value));
      const described = {
        descriptor: {
          name: name + suffix.replace('_', '.'),
          description: help,
          unit: suffix === '_count' ? '' : unit,
          valueType: isCount && isWhole ? ValueType.INT : ValueType.DOUBLE,
        },
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
        dataPoints: part.map(
          ([labels, value]): DataPoint<number> => ({
            ...period,
            attributes: { ...common, ...labels },
            value,
          }),
        ),
      };
      return [
        isCount
          ? { ...described, dataPointType: DataPointType.SUM, isMonotonic: true }
          : { ...described, dataPointType: DataPointType.GAUGE },
      ];
    };
    const ending = (wanted: string): readonly Sample[] =>
      samples.filter(([, , suffix = '']) => suffix === wanted);
    return [
      ...metric('', type === 'counter', ending('')),
      ...metric('_sum', true, ending('_sum')),
      ...metric('_count', true, ending('_count')),
    ];
  });
}

/** `volley_sent_bytes_total` becomes `volley.sent`, in bytes. */
function nameOf(written: string): readonly [name: string, unit: string] {
  const name = written.replace(/_total$/, '').replace('_', '.');
  const [ending, unit] = UNITS.find(([end]) => name.endsWith(end)) ?? ['', ''];
  return [name.slice(0, name.length - ending.length), unit];
}
