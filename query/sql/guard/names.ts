import type { Token } from './tokens.ts';

/** True for a token that can name something: a word, keywords included, or a quoted name. */
export function isName(token: Token | undefined): token is Token {
  return token?.kind === 'word' || token?.kind === 'name';
}

/** A name as it is meant, without quotes. */
export function nameOf(token: Token): string {
  return token.kind === 'name' ? token.value : token.text;
}
