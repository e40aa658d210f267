import { constants, createContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/**
 * jest's environment for Node, with an ordinary global object. Its own asks a proxy whenever a test or the code under
 * test names a global, such as Math or Number: what computes took up to a hundred times longer than outside.
 */
export default class OrdinaryGlobals extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const ordinary = createContext(constants.DONT_CONTEXTIFY);
    for (const name of Reflect.ownKeys(this.global)) {
      // Typed arrays are those of Node's own modules.
      if (Object.hasOwn(ordinary, name) && name !== 'ArrayBuffer' && name !== 'Uint8Array') continue;
      const own = Object.getOwnPropertyDescriptor(this.global, name);
      const nodes = Object.getOwnPropertyDescriptor(globalThis, name);
      // jest looks up each of Node's globals at its first use. The lazy ones of Node itself are left to that.
      Object.defineProperty(ordinary, name, 'get' in own && nodes && 'value' in nodes ? nodes : own);
    }
    ordinary.global = ordinary;
    // Not jest's hundred: thousands of errors are made where hostile input is tried.
    ordinary.Error.stackTraceLimit = 20;
    this.context = ordinary;
    this.global = ordinary;
    // What jest.fn() and jest.useFakeTimers() put in the place of something belongs there too.
    this.moduleMocker = new this.moduleMocker.constructor(ordinary);
    this.fakeTimersModern = new this.fakeTimersModern.constructor({
      config: config.projectConfig,
      global: ordinary,
    });
  }
}
