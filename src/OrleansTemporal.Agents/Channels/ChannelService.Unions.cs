using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Channels;

public sealed partial class ChannelService
{
    // Names that begin so are the system's.
    private const string UnionPrefix = "_over-";

    private const int UnionDigits = 32;

    private static readonly SearchValues<char> HexadecimalDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// The channel that has several channels in one order: one of the system's, whose sources are these channels, made when
    /// the first subscription asks for it. A single channel is its own.
    /// </summary>
    internal async ValueTask<string> UniteAsync(CallContext call, string workspace, ImmutableArray<string> names, CancellationToken cancellationToken)
    {
        if (names.Length == 1)
        {
            return names[0];
        }

        var digest = SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('/', names)));
        var union = UnionPrefix + Convert.ToHexStringLower(digest.AsSpan(0, UnionDigits / 2));
        var catalog = CatalogOf(workspace);
        if (await catalog.FindAsync(AgentKind.Channels, union, AsOf.Latest, cancellationToken).ConfigureAwait(false) is null)
        {
            var settings = new ChannelSettings { Sources = [.. names.Select(static name => new ChannelSource { Kind = AgentKind.Channels, Name = name })] };
            await catalog.ChangeAsync(
                new CatalogChange { Kind = AgentKind.Channels, Name = union, Settings = ChannelSettingsCodec.Write(settings), OnlyIfAbsent = true, Actor = call.Principal.Name },
                cancellationToken).ConfigureAwait(false);
        }

        // What the channels have so far is in it at once, so that its end is a place behind that.
        var over = directory.Get<IChannelAgent>(AgentOf(workspace, union));
        foreach (var name in names)
        {
            var status = await directory.Get<IChannelAgent>(AgentOf(workspace, name)).GetStatusAsync(cancellationToken).ConfigureAwait(false);
            await over.AnnounceAsync(new ChannelAnnouncement { Notices = [new AgentNotice(status.Agent, status.Sequence)] }, cancellationToken).ConfigureAwait(false);
        }

        return union;
    }

    /// <summary>Whether a channel is one of the system's.</summary>
    internal static bool IsUnion(string name) =>
        name.Length == UnionPrefix.Length + UnionDigits && name.StartsWith(UnionPrefix, StringComparison.Ordinal) && !name.AsSpan(UnionPrefix.Length).ContainsAnyExcept(HexadecimalDigits);

    /// <summary>How a channel is doing.</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>channel_not_found</c>.</exception>
    public async ValueTask<ChannelMetrics> GetMetricsAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        var channel = await RequireAsync(call, workspace, name, cancellationToken).ConfigureAwait(false);
        var span = await directory.Get<IChannelAgent>(channel.Agent).MeasureAsync(default, cancellationToken).ConfigureAwait(false);
        var (delivered, milliseconds) = Feeds?.MeterOf(channel.Agent) ?? default;
        var subscribers = 0;
        string? after = null;
        while (true)
        {
            var entries = await CatalogOf(workspace).ListAsync(AgentKind.Subscriptions, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            subscribers += entries.Count(entry => SubscriptionJson.Read(entry.Settings).Channels.Contains(name));
            if (entries.Length < Limits.PageCountMax)
            {
                break;
            }

            after = entries[^1].Name;
        }

        return new ChannelMetrics
        {
            Published = span.Total,
            Delivered = delivered,
            MeanMillisecondsToDeliver = milliseconds,
            SubscriberCount = subscribers,
            AgentCount = span.AgentCount,
            SettingsSequence = channel.SettingsSequence,
        };
    }

    /// <summary>What this process has in memory of channels; null where nobody subscribes.</summary>
    internal ChannelFeeds? Feeds { get; set; }
}
