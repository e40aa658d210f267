import type { DoctorCode, DoctorFigures, FindingLevel } from '../../protocol/diagnosis.ts';

/** What was found, before it has words. */
export type Found = {
  [Code in DoctorCode]: {
    readonly code: Code;
    readonly level: FindingLevel;
    readonly figures: DoctorFigures[Code];
  };
}[DoctorCode];
