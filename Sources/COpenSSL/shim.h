#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

/* DNSAuth: keys and signatures. 1 is success, as everywhere in EVP. */
static inline void martlet_openssl_free(void *memory) { OPENSSL_free(memory); }
static inline EVP_PKEY *martlet_rsa_generate(unsigned int bits) { return EVP_RSA_gen(bits); }
static inline EVP_PKEY *martlet_ed25519_generate(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }
static inline int martlet_rsa_sign_sha256(EVP_PKEY *key, const unsigned char *digest, size_t digest_size,
                                          unsigned char *signature, size_t *signature_size) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    int result = context != NULL && EVP_PKEY_sign_init(context) == 1
        && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        && EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1
        && EVP_PKEY_sign(context, signature, signature_size, digest, digest_size) == 1;
    EVP_PKEY_CTX_free(context);
    return result;
}
static inline int martlet_ed25519_sign(EVP_PKEY *key, const unsigned char *message, size_t message_size,
                                       unsigned char *signature, size_t *signature_size) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int result = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1
        && EVP_DigestSign(context, signature, signature_size, message, message_size) == 1;
    EVP_MD_CTX_free(context);
    return result;
}

static inline int martlet_rsa_verify(EVP_PKEY *key, const EVP_MD *function, const unsigned char *digest,
                                     size_t digest_size, const unsigned char *signature, size_t signature_size) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    int result = context != NULL && EVP_PKEY_verify_init(context) == 1
        && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        && EVP_PKEY_CTX_set_signature_md(context, function) == 1
        && EVP_PKEY_verify(context, signature, signature_size, digest, digest_size) == 1;
    EVP_PKEY_CTX_free(context);
    return result;
}
static inline int martlet_ed25519_verify(EVP_PKEY *key, const unsigned char *message, size_t message_size,
                                         const unsigned char *signature, size_t signature_size) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int result = context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1
        && EVP_DigestVerify(context, signature, signature_size, message, message_size) == 1;
    EVP_MD_CTX_free(context);
    return result;
}

/* ---- TLS (room Loop) ---- */

/* What both sides of every connection have in common: TLS 1.2 at least, writes that may be resumed from a buffer that has
   moved, no memory held by idle connections, a missing close_notify taken for an end (SMTP marks its own ends), and one
   read(2) for a whole record. */
static inline int martlet_ssl_ctx_set_up(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                  | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/* Servers resume by ticket alone: nothing is kept here. Clients keep sessions themselves, by host. */
static inline void martlet_ssl_ctx_keep_no_sessions(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline int martlet_ssl_set_server_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline int martlet_ssl_ctx_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline EVP_PKEY *martlet_new_p256_key(void) { return EVP_EC_gen("P-256"); }

static inline long martlet_bio_bytes(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

static inline GENERAL_NAMES *martlet_general_names_new(void) { return sk_GENERAL_NAME_new_null(); }

static inline void martlet_general_names_free(GENERAL_NAMES *names) {
    sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
}

/* Adds a DNS name (GEN_DNS) or the bytes of an address (GEN_IPADD). */
static inline int martlet_general_names_add(GENERAL_NAMES *names, int type, const void *bytes, int length) {
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value = type == GEN_DNS ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
    if (name == NULL || value == NULL || !ASN1_STRING_set(value, bytes, length)) {
        GENERAL_NAME_free(name);
        ASN1_STRING_free(value);
        return 0;
    }
    GENERAL_NAME_set0_value(name, type, value);
    return sk_GENERAL_NAME_push(names, name);
}
