namespace OrleansTemporal.Views;

/// <summary>That a key is in a view, at one place of its order, for one span of time. What the row says is the document's to tell.</summary>
public sealed class ViewRow
{
    internal ViewRow(string key, byte[] order, ulong from, ulong to, ViewRow? older)
    {
        Key = key;
        Order = order;
        From = from;
        To = to;
        Older = older;
    }

    /// <summary>The key of the document.</summary>
    public string Key { get; }

    /// <summary>The columns of the order, as <see cref="Queries.ValueOrder"/> writes them; empty in the order of keys.</summary>
    public byte[] Order { get; }

    /// <summary>In the view from this time on, inclusive.</summary>
    public ulong From { get; }

    /// <summary>Up to this time, exclusive; <see cref="ulong.MaxValue"/> as long as nothing ends it.</summary>
    public ulong To { get; internal set; }

    /// <summary>The span of the same key before this one, as far as it is remembered.</summary>
    internal ViewRow? Older { get; set; }

    /// <summary>False once it has ended at or before the moment that its table stands at.</summary>
    internal bool IsLive { get; set; } = true;

    /// <summary>Whether the row is in the view at a time.</summary>
    public bool HoldsAt(ulong time) => From <= time && time < To;
}
