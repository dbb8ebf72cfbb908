// A small provider of accounts (OpenID Connect Core 1.0, authorization code flow with PKCE): a page with one button, and
// tokens with real signatures.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLIENT = 'birdcall';
const SECRET = randomBytes(16).toString('hex');
/** How long a token is good, in seconds. */
const GOOD_FOR = 300;

const json = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A provider that is up. */
export class Provider {
  /** Whose account it is that goes through its page next. */
  account = { sub: '1', preferred_username: 'ann', name: 'Ann Lee' };
  #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  #codes = new Map();
  #server;
  #folder;

  static async start() {
    const provider = new Provider();
    provider.#folder = mkdtempSync(join(tmpdir(), 'birdcall-provider-'));
    writeFileSync(join(provider.#folder, 'secret'), `${SECRET}\n`);
    provider.#server = createServer((request, response) => void provider.#answer(request, response));
    await new Promise((resolve) => provider.#server.listen(0, '127.0.0.1', resolve));
    provider.issuer = `http://127.0.0.1:${provider.#server.address().port}`;
    return provider;
  }

  /** Options of a server that takes its accounts. */
  options(name) {
    return [
      ['--oidc-issuer', this.issuer],
      ['--oidc-client-id', CLIENT],
      ['--oidc-client-secret-file', join(this.#folder, 'secret')],
      ['--oidc-name', name],
    ].flat();
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.issuer);
    let body = '';
    for await (const part of request) body += part;
    const say = (status, value, type = 'application/json') => {
      response.writeHead(status, { 'content-type': type });
      response.end(type === 'application/json' ? JSON.stringify(value) : value);
    };
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return say(200, {
          issuer: this.issuer,
          authorization_endpoint: `${this.issuer}/authorize`,
          token_endpoint: `${this.issuer}/token`,
          jwks_uri: `${this.issuer}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        });
      case '/jwks':
        return say(200, {
          keys: [{ ...this.#keys.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }],
        });
      case '/authorize':
        return say(200, this.#page(url.searchParams), 'text/html; charset=utf-8');
      case '/token':
        return this.#token(request, new URLSearchParams(body), say);
      default:
        return say(404, {});
    }
  }

  /** Two ways back: with a code, and with a refusal. */
  #page(asked) {
    const code = randomBytes(16).toString('hex');
    this.#codes.set(code, { asked, account: { ...this.account } });
    const back = (query) => {
      const to = new URL(asked.get('redirect_uri'));
      to.search = new URLSearchParams({ ...query, state: asked.get('state') });
      return to.href.replaceAll('&', '&amp;');
    };
    return `<!doctype html><html lang="en"><title>The club</title><h1>The club</h1>
      <p><a href="${back({ code })}">Yes, it is me</a></p>
      <p><a href="${back({ error: 'access_denied' })}">No</a></p></html>`;
  }

  #token(request, form, say) {
    const basic = `Basic ${Buffer.from(`${CLIENT}:${SECRET}`).toString('base64')}`;
    const known = this.#codes.get(form.get('code'));
    this.#codes.delete(form.get('code'));
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const good =
      request.headers.authorization === basic &&
      known?.asked.get('code_challenge') === challenge &&
      known.asked.get('redirect_uri') === form.get('redirect_uri');
    if (!good) return say(400, { error: 'invalid_grant' });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer,
      aud: CLIENT,
      iat: now,
      exp: now + GOOD_FOR,
      nonce: known.asked.get('nonce'),
      ...known.account,
    };
    const text = `${json({ alg: 'RS256', kid: 'k' })}.${json(claims)}`;
    const signature = sign('sha256', Buffer.from(text), this.#keys.privateKey).toString('base64url');
    return say(200, {
      access_token: randomBytes(16).toString('hex'),
      token_type: 'Bearer',
      expires_in: GOOD_FOR,
      id_token: `${text}.${signature}`,
    });
  }
}
