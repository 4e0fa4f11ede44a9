import Mail

extension Simulation {
    /// A lane has pulled a batch.
    mutating func launch(_ batch: Batch, carried: Int) {
        let site = siteByNumber[Int(batch.site)]
        let source = batch.source == .none ? nil : Int(batch.source)
        let pull = SimulatedPull(
            message: scheduler.facts(of: batch.message), recipients: scheduler.contents(of: batch).recipients,
            site: sites[site].name, source: source, lane: batch.lane, attempt: batch.attempt)
        observer?.pulled(pull, at: now)
        let flight = flights.insert(
            Flight(batch: batch, pull: pull, site: site, source: source ?? 0, carried: carried + 1))
        depart(flight)
    }

    /// Finds a connection for a batch, or comes back when one may be opened.
    mutating func depart(_ flight: UInt32) {
        let (site, source) = (flights[flight].site, flights[flight].source)
        let terms = scheduler.connectionTerms(of: flights[flight].batch)
        let deadline = elapsed - idleTime
        while let old = connections.takeExpired(site, source, before: deadline) { close(old) }
        while let connection = connections.take(site, source) {
            if let most = terms?.messages, connections.transactions(connection) >= most {
                // A limit that was set since.
                close(connection)
                continue
            }
            flights[flight].connection = connection
            carry(flight, on: connection, isNew: false, terms)
            return
        }
        if terms?.asks == true, let earliest = scheduler.connect(flights[flight].batch, now: now) {
            // As `Shard.mayConnect`: at most a second at a time.
            let wake = min(max(earliest.nanoseconds, now.nanoseconds + 1), now.nanoseconds + 1_000_000_000)
            events.push(.init(.connect, Int(flight), at: wake - start.nanoseconds))
            return
        }
        makeRoom(site, terms)
        observer?.connecting(flights[flight].pull, at: now)
        if var failure = sites[site].connect(source: source, at: elapsed) {
            // It was for all of them.
            failure.outcomes = [Outcome](repeating: failure.outcomes[0], count: flights[flight].batch.count)
            fly(flight, failure)
            return
        }
        let connection = connections.make(site, source)
        observer?.opened(flights[flight].pull, connection: connection, at: now)
        flights[flight].connection = connection
        carry(flight, on: connection, isNew: true, terms)
    }

    /// Idle connections from other sources count for what the site allows.
    private mutating func makeRoom(_ site: Int, _ terms: BatchTerms?) {
        let most = min(terms?.siteConnections ?? .max, sites[site].script.limits.connections)
        while connections.openCount(site) >= most, let old = connections.takeOldest(site) { close(old) }
    }

    private mutating func close(_ connection: UInt32) {
        observer?.closed(connection: connection, at: now)
        let (site, source) = connections.close(connection)
        sites[site].closed(source: source)
    }

    private mutating func carry(_ flight: UInt32, on connection: UInt32, isNew: Bool, _ terms: BatchTerms?) {
        observer?.carries(flights[flight].pull, connection: connection, at: now)
        let count = connections.count(connection)
        var attempt = sites[flights[flight].site].carry(
            message: flights[flight].pull.message.id.low, recipients: flights[flight].pull.recipients,
            source: flights[flight].source, isNew: isNew, at: elapsed, day: day)
        if let most = terms?.messages, count >= most { attempt.keepsConnection = false }
        fly(flight, attempt)
    }

    private mutating func fly(_ flight: UInt32, _ attempt: SimulatedSite.Attempt) {
        flights[flight].outcomes = attempt.outcomes
        flights[flight].keepsConnection = attempt.keepsConnection
        events.push(.init(.landing, Int(flight), at: elapsed + max(1, attempt.duration)))
    }

    /// A batch comes back: the connection is kept or closed, and the lane asks for the next.
    mutating func land(_ number: UInt32) {
        let flight = flights[number]
        flights.release(number)
        if let connection = flight.connection {
            if flight.keepsConnection {
                connections.put(connection, at: elapsed)
            } else {
                close(connection)
            }
        }
        let dispositions = scheduler.finish(flight.batch, flight.outcomes, now: now, wall: wall)
        countDirectives()
        observer?.landed(flight.pull, flight.outcomes, dispositions, at: now)
        var ended = 0
        for disposition in dispositions {
            switch disposition {
            case .finished, .givenUp, .cancelled: ended += 1
            case .retry: continue
            }
        }
        outstanding.end(flight.pull.message.number, ended)
        tally.count(flight.outcomes, source: flight.source, site: scriptOfSite[flight.site])
        if let next = scheduler.next(
            on: flight.batch.lane, of: flight.batch.site, carried: flight.carried, now: now)
        {
            launch(next, carried: flight.carried)
        }
        openLanes()
    }

    /// Deliveries that leave without an attempt.
    mutating func depart(_ leaving: [Leaving], _ cause: SimulatedDeparture) {
        observer?.left(leaving, cause, at: now)
        for leaving in leaving {
            outstanding.end(leaving.message.number, leaving.deliveries.count)
            tally.count(cause, leaving.deliveries.count)
        }
    }
}
