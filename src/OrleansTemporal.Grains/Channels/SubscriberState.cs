namespace OrleansTemporal.Channels;

/// <summary>What a subscriber grain stores in one step: how far it has come, and what it has made of that.</summary>
/// <typeparam name="T">What it makes of deltas.</typeparam>
public sealed class SubscriberState<T>
    where T : new()
{
    /// <summary>The workspace of the channel; null while it follows none.</summary>
    public string? Workspace { get; set; }

    /// <summary>The channel.</summary>
    public string? Channel { get; set; }

    /// <summary>Text of the cursor.</summary>
    public string Cursor { get; set; } = "0";

    /// <summary>What it has made of every delta up to there.</summary>
    public T Value { get; set; } = new();
}
