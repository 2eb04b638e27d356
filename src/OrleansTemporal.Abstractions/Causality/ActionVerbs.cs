using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansTemporal.Causality;

/// <summary>
/// The verbs of each action, by name and by number. Numbers start at 1 in the order listed and are stored,
/// so a verb is only ever added at the end of its row.
/// </summary>
public static class ActionVerbs
{
    private static readonly string[] Actions =
    [
        "storage",
        "temperature",
        "chronicle",
        "archive",
        "essence",
        "sleep",
        "evolution",
        "lineage",
        "perspective",
        "identity",
        "network",
        "pulse",
        "workspace",
        "vector",
        "lifecycle",
        "session",
        "subscription",
        "process",
        "reconciliation",
    ];

    // One row per action, in the order of ActionKind.
    private static readonly ImmutableArray<string>[] Verbs =
    [
        ["store", "retrieve", "history", "query", "delete", "erase"],
        ["heat", "cool", "access", "evict", "define"],
        ["record", "recall", "promote", "demote", "delete", "keep", "thin"],
        ["epochStart", "epochSeal", "compress", "retrieve", "archive"],
        ["extractTopology", "synthesizeDNA", "regenerate", "storeGenome"],
        ["enterPhase", "consolidate", "dream", "wake"],
        ["evaluateFitness", "select", "preserve", "archive"],
        ["recordBirth", "traceAncestors", "traceDescendants", "findCommonAncestor", "define", "capture", "apply", "buffer", "rollBack", "branch", "merge", "mark", "observe", "observer", "thin"],
        ["formView", "refresh", "compose", "project"],
        ["mineIdentity", "authenticate", "grantCapability", "verifyAccess"],
        ["join", "synchronize", "reconcile", "broadcast", "gossip"],
        ["registerAgent", "unregisterAgent", "triggerPulse", "handOver", "takeOver"],
        ["remember", "recall", "consolidate", "search"],
        ["embed", "search", "index"],
        ["evaluateAccess", "promote", "demote", "transition", "updateThresholds", "consolidate", "extractGenome"],
        ["create", "validate", "refresh", "invalidate", "rotateKeys", "cleanupExpired", "revokeAllForIdentity"],
        ["subscribe", "unsubscribe", "notify", "update", "list", "get", "deliver", "acknowledge", "return", "pause", "resume", "backpressure"],
        ["spawn", "pause", "resume", "terminate", "heartbeat", "getStatus", "list"],
        ["startSync", "exchangeRoots", "requestDifferences", "applyDelta", "resolveConflict", "completeSync", "getSyncStatus"],
    ];

    /// <summary>Whether the number names an action that this version knows.</summary>
    public static bool IsDefined(ActionKind action) => action is >= ActionKind.Storage and <= ActionKind.Reconciliation;

    /// <summary>The action's name in lower case; its number for an unknown action.</summary>
    public static string ToName(ActionKind action) =>
        IsDefined(action) ? Actions[(int)action - 1] : ((byte)action).ToString(CultureInfo.InvariantCulture);

    /// <summary>The verbs of an action in the order of their numbers, from 1; empty for an unknown action.</summary>
    public static ImmutableArray<string> Of(ActionKind action) => IsDefined(action) ? Verbs[(int)action - 1] : [];

    /// <summary>The verb's name; false when the action has no verb of that number.</summary>
    public static bool TryGetName(ActionKind action, byte verb, [NotNullWhen(true)] out string? name)
    {
        var verbs = Of(action);
        name = verb >= 1 && verb <= verbs.Length ? verbs[verb - 1] : null;
        return name is not null;
    }

    /// <summary>The action with this name; names are compared exactly.</summary>
    public static bool TryParseAction(ReadOnlySpan<char> name, out ActionKind action)
    {
        for (var i = 0; i < Actions.Length; i++)
        {
            if (name.SequenceEqual(Actions[i]))
            {
                action = (ActionKind)(i + 1);
                return true;
            }
        }

        action = default;
        return false;
    }

    /// <summary>The number of an action's verb; names are compared exactly.</summary>
    public static bool TryParseVerb(ActionKind action, ReadOnlySpan<char> name, out byte verb)
    {
        var verbs = Of(action);
        for (var i = 0; i < verbs.Length; i++)
        {
            if (name.SequenceEqual(verbs[i]))
            {
                verb = (byte)(i + 1);
                return true;
            }
        }

        verb = 0;
        return false;
    }
}
