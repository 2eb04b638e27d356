using System.Text;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>What the client knows of a request.</summary>
internal enum Outcome
{
    Unknown,
    Acknowledged,
    Refused,

    /// <summary>Written, and erased before its client was told.</summary>
    Erased,
}

/// <summary>One write of one client, from before it is sent to what became of it.</summary>
internal sealed class Attempt
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    /// <summary>Unique in a campaign; every value that it writes carries it.</summary>
    public required int Id { get; init; }

    public required string Namespace { get; init; }

    /// <summary>What it does to which key; several make an atomic batch.</summary>
    public required IReadOnlyList<Operation> Operations { get; init; }

    public string? IdempotencyKey { get; init; }

    /// <summary>The write id that the key must have; empty when it must have none; null when anything goes.</summary>
    public string? IfMatch { get; init; }

    public Outcome Outcome { get; set; }

    public Receipt? Receipt { get; set; }

    /// <summary>Where it was found after a restart; 0 when nowhere.</summary>
    public long FoundAt { get; set; }

    /// <summary>Whether a batch must be written as a whole or not at all.</summary>
    public bool IsAtomic { get; init; } = true;

    /// <summary>When it was sent, on the clock of a <see cref="TimedOracle"/>.</summary>
    public long Begin { get; init; }

    /// <summary>When its outcome was known there; <see cref="long.MaxValue"/> as long as it is not.</summary>
    public long End { get; set; } = long.MaxValue;

    /// <summary>The write id of each operation as it was told; empty while it was not.</summary>
    public IReadOnlyList<string> WriteIds { get; set; } = [];

    /// <summary>The write id under which each operation was found after a restart; null when it was not.</summary>
    public string?[] FoundIds => field ??= new string?[Operations.Count];

    public bool IsBatch => Operations.Count > 1;

    /// <summary>The value that operation number <paramref name="index"/> writes, as canonical JSON.</summary>
    public string ValueOf(int index)
    {
        var text = new StringBuilder(Operations[index].TextLength);
        var random = new Random((Id * 31) + index);
        while (text.Length < Operations[index].TextLength)
            text.Append(Letters[random.Next(Letters.Length)]);
        return $$"""{"id":{{Id}},"operation":{{index}},"text":"{{text}}"}""";
    }

    public override string ToString() =>
        $"write {Id} to {Namespace} ({string.Join(", ", Operations.Select(operation => (operation.IsDelete ? "delete " : "put ") + operation.Key))}"
        + (IdempotencyKey is null ? "" : $", idempotency key {IdempotencyKey}") + (IfMatch is null ? "" : $", if match '{IfMatch}'")
        + $"), {Outcome}" + (Receipt is null ? "" : $" at {Receipt.Sequence}");
}
