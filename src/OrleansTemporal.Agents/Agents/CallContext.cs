using OrleansTemporal.Causality;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents;

/// <summary>Who calls a facade, what they have seen, and how their write is recognised when it comes again.</summary>
public sealed record CallContext
{
    /// <summary>A call from within this process.</summary>
    public static CallContext Local { get; } = new() { Principal = Principal.Local };

    /// <summary>Who calls.</summary>
    public required Principal Principal { get; init; }

    /// <summary>A system time that the caller has seen in an earlier answer; this call is ordered after it.</summary>
    public HybridTimestamp Observed { get; init; }

    /// <summary>The client's idempotency key, or null; 1 to <see cref="Limits.IdempotencyKeyBytesMax"/> bytes.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Scope of the idempotency key: method and path over REST; null lets the facade compose one.</summary>
    public string? OperationScope { get; init; }

    /// <summary>SHA-256 of the request body when the caller has it; zero lets the facade compute one.</summary>
    public Distinction BodyDigest { get; init; }
}
