package import Mail

/// Says of every destination that it publishes no MTA-STS policy: for an engine in which MTA-STS is switched off.
package struct NoMTASTS: MTASTSSource {
    package init() {}

    package func policy(for destination: Domain) async -> DestinationTLSPolicy.STS { .absent }
}
