using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>
/// Turns notices, however lossy, into deltas in exact order: a notice says that there is something to read, the cursor says
/// from where. What an effect has failed at is read again behind the cursor that is stored. One call of
/// <see cref="StepAsync"/> at a time; <see cref="Hear"/> from anywhere.
/// </summary>
public sealed class ChannelSubscriber
{
    private readonly ChannelService channels;
    private readonly string workspace;
    private readonly string name;
    private readonly AgentId channel;
    private readonly IChannelEffect effect;
    private readonly CallContext call;
    private ChannelCursor? cursor;
    private long heard;

    /// <summary>Makes a subscriber that knows nothing yet.</summary>
    /// <param name="channels">Where the channel is read.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="name">The channel.</param>
    /// <param name="effect">What is done with its deltas.</param>
    /// <param name="call">On whose behalf it reads.</param>
    public ChannelSubscriber(ChannelService channels, string workspace, string name, IChannelEffect effect, CallContext call)
    {
        ArgumentNullException.ThrowIfNull(channels);
        ArgumentNullException.ThrowIfNull(effect);
        ArgumentNullException.ThrowIfNull(call);
        this.channels = channels;
        this.workspace = workspace;
        this.name = name;
        this.effect = effect;
        this.call = call;
        channel = ChannelService.AgentOf(workspace, name);
    }

    /// <summary>Deltas that an effect gets at once; 1 to <see cref="Limits.DeltaPageMax"/>.</summary>
    public int BatchCountMax { get; init; } = 1_000;

    /// <summary>Where it is; null before the first step, and after a step that failed.</summary>
    public ChannelCursor? Cursor => cursor;

    /// <summary>True when a notice has told of more than was read, or nothing was read yet.</summary>
    public bool IsBehind => cursor is not { } known || Interlocked.Read(ref heard) > known.Sequence;

    /// <summary>Takes notice. Notices of other agents, old ones and repeated ones change nothing.</summary>
    public void Hear(AgentNotice notice)
    {
        if (notice.Agent != channel)
        {
            return;
        }

        var before = Interlocked.Read(ref heard);
        while (notice.Sequence > before && Interlocked.CompareExchange(ref heard, notice.Sequence, before) is var seen && seen != before)
        {
            before = seen;
        }
    }

    /// <summary>Reads one batch and has it applied, whether a notice came or not.</summary>
    /// <returns>True when there is more to read at once.</returns>
    /// <exception cref="Errors.TemporalException">The channel or a source can not be read; the next step begins where the effect stands.</exception>
    public async ValueTask<bool> StepAsync(CancellationToken cancellationToken)
    {
        var from = cursor ?? await effect.LoadCursorAsync(cancellationToken).ConfigureAwait(false);
        cursor = null;
        var batch = await channels.ReadAsync(call, workspace, name, from, BatchCountMax, cancellationToken).ConfigureAwait(false);
        if (batch.Next != from)
        {
            await effect.ApplyAsync(batch, cancellationToken).ConfigureAwait(false);
        }

        cursor = batch.Next;
        return batch.HasMore || IsBehind && batch.Next != from;
    }

    /// <summary>Steps until there is nothing more to read.</summary>
    public async ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        while (await StepAsync(cancellationToken).ConfigureAwait(false))
        {
            // Each step is a batch.
        }
    }
}
