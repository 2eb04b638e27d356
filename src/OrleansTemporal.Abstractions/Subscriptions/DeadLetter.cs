using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>A delta that was handed out as often as it may be and never acknowledged.</summary>
/// <param name="Cursor">The place behind it.</param>
/// <param name="Tries">How often it was handed out.</param>
/// <param name="SystemTime">When it was put aside.</param>
public readonly record struct DeadLetter(ChannelCursor Cursor, int Tries, HybridTimestamp SystemTime);
