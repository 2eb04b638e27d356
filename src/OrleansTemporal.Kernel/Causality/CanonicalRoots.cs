using System.Text;

namespace OrleansTemporal.Causality;

/// <summary>
/// The two primordial distinctions and the twenty canonical roots that follow from them:
/// FIELD = Synthesize(d0, d1), and every other root = Synthesize(FIELD, tagged hash of its upper-case name).
/// </summary>
public static class CanonicalRoots
{
    private static readonly string[] Names = [.. Enum.GetValues<CanonicalRoot>().Select(root => root.ToString().ToUpperInvariant())];

    private static readonly Distinction[] Roots = Derive();

    /// <summary>The first primordial, d0: tagged hash of the byte 0.</summary>
    public static Distinction PrimordialZero { get; } = TaggedHash.Hash(HashTag.Primordial, [0]);

    /// <summary>The second primordial, d1: tagged hash of the byte 1.</summary>
    public static Distinction PrimordialOne { get; } = TaggedHash.Hash(HashTag.Primordial, [1]);

    /// <summary>The distinction of a root. A table lookup.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such root.</exception>
    public static Distinction Of(CanonicalRoot root)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)root, (int)CanonicalRoot.Reconciliation, nameof(root));
        return Roots[(int)root];
    }

    /// <summary>The one name of a root, in upper case: <c>STORAGE</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such root.</exception>
    public static string NameOf(CanonicalRoot root)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)root, (int)CanonicalRoot.Reconciliation, nameof(root));
        return Names[(int)root];
    }

    /// <summary>The root that an action belongs to; every action has one, and only FIELD has no action.</summary>
    public static CanonicalRoot RootOf(ActionKind action) => action switch
    {
        ActionKind.Pulse => CanonicalRoot.Orchestrator,
        _ => Enum.Parse<CanonicalRoot>(action.ToString()),
    };

    /// <summary>The root that agents of a kind hang under: their own, or the nearest.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such kind.</exception>
    public static CanonicalRoot RootOf(AgentKind kind) => kind switch
    {
        AgentKind.Kv => CanonicalRoot.Storage,
        AgentKind.Series => CanonicalRoot.Chronicle,
        AgentKind.Signals => CanonicalRoot.Temperature,
        AgentKind.Vectors => CanonicalRoot.Vector,
        AgentKind.Timelines => CanonicalRoot.Lineage,
        AgentKind.Channels or AgentKind.Subscriptions => CanonicalRoot.Subscription,
        AgentKind.Views => CanonicalRoot.Perspective,
        AgentKind.Catalog => CanonicalRoot.Orchestrator,
        AgentKind.Lifecycle => CanonicalRoot.Lifecycle,
        AgentKind.Workspaces => CanonicalRoot.Workspace,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static Distinction[] Derive()
    {
        var field = Synthesis.Synthesize(TaggedHash.Hash(HashTag.Primordial, [0]), TaggedHash.Hash(HashTag.Primordial, [1]));
        var roots = new Distinction[Names.Length];
        roots[(int)CanonicalRoot.Field] = field;
        for (var i = (int)CanonicalRoot.Field + 1; i < roots.Length; i++)
        {
            roots[i] = Synthesis.Synthesize(field, TaggedHash.Hash(HashTag.Root, Encoding.ASCII.GetBytes(Names[i])));
        }

        return roots;
    }
}
