package import Mail

/// Says of every destination that it publishes no MTA-STS policy: for tests and fuzzers, which fetch nothing.
package struct NoMTASTS: MTASTSSource {
    package init() {}

    package func policy(for destination: Domain) async -> DestinationTLSPolicy.STS { .absent }
}
