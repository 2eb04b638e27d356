using System.Diagnostics.CodeAnalysis;

namespace OrleansTemporal.Encryption;

/// <summary>What a data key covers, and nothing else: a workspace, a namespace, or one key of a namespace.</summary>
/// <remarks>Its text is <c>workspace</c>, <c>workspace/kv/namespace</c> or <c>workspace/kv/namespace/key</c>: names have no slash, and a key is the rest.</remarks>
public sealed record DataKeyScope
{
    private const string Facet = "/kv/";

    private DataKeyScope(string workspace, string? ns, string? key)
    {
        Workspace = workspace;
        Namespace = ns;
        Key = key;
    }

    /// <summary>The workspace.</summary>
    public string Workspace { get; }

    /// <summary>The namespace; null for the whole workspace.</summary>
    public string? Namespace { get; }

    /// <summary>The key; null for more than one.</summary>
    public string? Key { get; }

    /// <summary>All documents of a workspace.</summary>
    public static DataKeyScope OfWorkspace(string workspace) => new(workspace, null, null);

    /// <summary>All documents of a namespace.</summary>
    public static DataKeyScope OfNamespace(string workspace, string ns) => new(workspace, ns, null);

    /// <summary>One document.</summary>
    public static DataKeyScope OfKey(string workspace, string ns, string key) => new(workspace, ns, key);

    /// <summary>One document, a namespace or, when neither is named, a workspace.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>invalid_field</c>: a key without its namespace.</exception>
    public static DataKeyScope Of(string workspace, string? ns, string? key) =>
        key is null || ns is not null
            ? new(workspace, ns, key)
            : throw new Errors.TemporalException(Errors.ErrorKind.Invalid, Errors.ErrorCodes.InvalidField, "A key is named with its namespace.") { Field = "namespace" };

    /// <summary>Reads the text form; false when it isn't one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DataKeyScope? scope)
    {
        scope = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            scope = Causality.Names.IsValid(text) ? new(text, null, null) : null;
            return scope is not null;
        }

        if (!text.AsSpan(slash).StartsWith(Facet, StringComparison.Ordinal))
        {
            return false;
        }

        var (workspace, rest) = (text[..slash], text[(slash + Facet.Length)..]);
        slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (ns, key) = slash < 0 ? (rest, null) : (rest[..slash], rest[(slash + 1)..]);
        scope = Causality.Names.IsValid(workspace) && Causality.Names.IsValid(ns) && key is not "" ? new(workspace, ns, key) : null;
        return scope is not null;
    }

    /// <summary>The text form.</summary>
    public override string ToString() => Namespace is null ? Workspace : Key is null ? Workspace + Facet + Namespace : Workspace + Facet + Namespace + "/" + Key;
}
