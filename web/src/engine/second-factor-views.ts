/** The second factor, as screens see it and ask for it. */

export type SecondFactorProof =
  | {
      /** A code of an app, or one of the recovery codes, each of which works once. */
      readonly kind: 'totp' | 'recovery';
      /** As it was typed. */
      readonly code: string;
    }
  | ({ readonly kind: 'passkey' } & PasskeySignature);

type Bytes = Uint8Array<ArrayBuffer>;

/** What a browser answers for a passkey. */
export interface PasskeySignature {
  readonly credential: Bytes;
  readonly clientData: Bytes;
  readonly authenticatorData: Bytes;
  readonly signature: Bytes;
}

/** What a browser is asked, so that a passkey signs a login. */
export interface PasskeyQuestion {
  readonly challenge: Bytes;
  readonly host: string;
  readonly known: readonly Bytes[];
}

/** What a login can be answered with, besides a recovery code. */
export interface SecondStepWays {
  readonly totp: boolean;
  readonly passkey: PasskeyQuestion | null;
  /** Other hosts that the account has passkeys for. */
  readonly passkeyHosts: readonly string[];
}

/** Times in epoch ms. */
export interface PasskeyView {
  readonly id: string;
  readonly name: string;
  /** The name of the site that it is good for. */
  readonly host: string;
  readonly since: number;
  readonly lastUsed: number | null;
}

/** What a browser is asked, so that it makes a passkey. */
export interface PasskeySetupView extends PasskeyQuestion {
  readonly ticket: string;
  readonly userId: Bytes;
  readonly username: string;
  /** COSE's numbers, the best first. */
  readonly algorithms: readonly number[];
}

export interface SecondFactorView {
  /** Codes of an app, if that is on. Times in epoch ms. */
  readonly totp: { readonly since: number; readonly lastUsed: number | null } | null;
  readonly passkeys: readonly PasskeyView[];
  /** That were not used yet. */
  readonly recoveryCodes: number;
}

export interface TotpSetupView {
  readonly ticket: string;
  /** Base32, to be typed. */
  readonly secret: string;
  /** `otpauth:`, to be scanned. */
  readonly address: string;
}

export interface SecondFactorCommands {
  /** `second-step`: goes on with the login. `trustDevice`: this device is not asked again for a month. */
  secondStep(input: { proof: SecondFactorProof; trustDevice: boolean }): Promise<void>;
  /** `second-step`: back to the sign-in. */
  leaveSecondStep(): Promise<void>;
  secondFactor(): Promise<SecondFactorView>;
  /** Nothing is on before `finishTotp`. */
  startTotp(input: { password: string }): Promise<TotpSetupView>;
  /** Ten recovery codes, shown once; none if there was a second factor before. */
  finishTotp(input: { ticket: string; code: string }): Promise<readonly string[]>;
  removeTotp(input: { password: string }): Promise<void>;
  /** Nothing is on before `finishPasskey`. */
  startPasskey(input: { password: string }): Promise<PasskeySetupView>;
  /** Ten recovery codes, shown once; none if there was a second factor before. */
  finishPasskey(input: {
    ticket: string;
    name: string;
    clientData: Bytes;
    authenticatorData: Bytes;
  }): Promise<readonly string[]>;
  renamePasskey(input: { id: string; name: string }): Promise<void>;
  removePasskey(input: { id: string; password: string }): Promise<void>;
  /** Those of before are void. */
  newRecoveryCodes(input: { password: string }): Promise<readonly string[]>;
}
