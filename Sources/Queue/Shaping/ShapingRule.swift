/// One rule of `shaping.yaml`: which replies it is about, when it acts, and what it does.
///
/// **Which rules act.** Of the rules that match a reply those of the most specific place count (a named site, then a
/// host's suffix, then a provider, then everywhere), all of them; less specific ones are looked at only when each of
/// them `continues`. A rule that matches hides less specific ones also while its threshold is not reached.
package struct ShapingRule: Hashable, Sendable {
    /// Unique. What `explain`, holds and limits call it.
    package var name: String
    package var place: ShapingPlace
    package var pattern: ShapingPattern
    package var trigger: ShapingTrigger
    /// At least one, of each kind at most one.
    package var actions: [ShapingAction]
    package var scope: ShapingScope
    /// How long after the last reply that set it off a suspension, failover or limit lasts. `nil` for rules that only
    /// decide about the delivery.
    package var duration: Duration?
    package var continues: Bool

    package init(
        _ name: String, at place: ShapingPlace = ShapingPlace(), _ pattern: ShapingPattern,
        trigger: ShapingTrigger = .immediate, actions: [ShapingAction], on scope: ShapingScope = .tenant,
        for duration: Duration? = nil, continues: Bool = false
    ) {
        self.name = name
        self.place = place
        self.pattern = pattern
        self.trigger = trigger
        self.actions = actions
        self.scope = scope
        self.duration = duration
        self.continues = continues
    }
}

package enum ShapingTrigger: Hashable, Sendable {
    /// Each reply.
    case immediate
    /// A reply that is at least the `count`-th within the period before it, counted exactly for each scope by itself.
    ///
    /// - count: 2 ... 1,000. period: more than zero, at most 7 days.
    case threshold(count: Int, period: Duration)
}

package enum ShapingAction: Hashable, Sendable {
    /// Nothing leaves in the rule's scope.
    case suspend
    /// Rates and connections times this share, more than 0 and less than 1.
    case slow(Double)
    case limit(ThrottleLimits)
    /// The pool's other sources take over at this site. Without sources the site rests, as there is no other.
    case failover
    /// The delivery is given up.
    case bounce
    /// The delivery is tried again after this time, also where the reply was a refusal for good.
    case retry(after: Duration)

    /// Whether it stands for a time, rather than decides about the one delivery.
    package var lasts: Bool {
        switch self {
        case .suspend, .slow, .limit, .failover: true
        case .bounce, .retry: false
        }
    }
}

/// Whom a rule's threshold counts, and whom its actions concern.
package enum ShapingScope: String, Hashable, Sendable, CaseIterable {
    /// Everything to the site.
    case site = "site"
    /// What this source sends to the site; without sources the same as `site`.
    case siteAndSource = "site+source"
    /// What this tenant sends to the site: another tenant's mail goes on.
    case tenant = "tenant"
}
