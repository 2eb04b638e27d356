using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Hosting;

namespace OrleansTemporal.Agents;

/// <summary>
/// What all agents share: they open on first use, survive a failed log by recovering a new core from what is durable, and
/// answer the questions of <see cref="IAgent"/>. Thread-safe.
/// </summary>
/// <typeparam name="TCore">The facet's core.</typeparam>
public abstract partial class CausalAgent<TCore> : IAgent, IHostedAgent
    where TCore : AgentCore
{
    private readonly TurnGate opening;
    private readonly ILogger logger;
    private TCore? current;
    private (long Sequence, HybridTimestamp Time) known;
    private bool disposed;

    /// <summary>Makes a closed agent; nothing is read yet.</summary>
    protected CausalAgent(AgentId id, AgentServices services)
    {
        Id = id;
        Services = services;
        opening = new TurnGate(services.Scheduler);
        logger = services.Loggers.CreateLogger(GetType());
    }

    /// <inheritdoc/>
    public AgentId Id { get; }

    /// <summary>The host's parts.</summary>
    protected AgentServices Services { get; }

    /// <inheritdoc/>
    public async ValueTask OpenAsync(CancellationToken cancellationToken) => await GetCoreAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<bool> IsOwnedAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (current is { IsUsable: true } core)
            {
                await core.ConfirmAsync(cancellationToken).ConfigureAwait(false);
            }

            return current is not { IsFenced: true };
        }
        catch (TemporalException fenced) when (fenced.Kind == ErrorKind.Fenced)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> MaintainAsync(MaintenanceBudget budget, CancellationToken cancellationToken)
    {
        if (current is { IsFenced: true })
        {
            // Whoever asks for the agent here takes it back; housekeeping does not.
            return false;
        }

        // Every step of housekeeping is conditional by itself, so it needs no proof of owning the agent.
        var core = current is { IsUsable: true } usable ? usable : await OpenCoreAsync(cancellationToken).ConfigureAwait(false);
        return await core.MaintainAsync(budget, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<AgentStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        var core = await GetCoreAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetStatusAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<DeltaPage> ReadDeltasAsync(long afterSequence, int countMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(countMax, Limits.DeltaPageMax);
        var core = await GetCoreAsync(cancellationToken).ConfigureAwait(false);
        return await core.ReadRootedDeltasAsync(afterSequence, countMax, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<VerifyReport> VerifyAsync(CancellationToken cancellationToken)
    {
        var core = await GetCoreAsync(cancellationToken).ConfigureAwait(false);
        return await core.VerifyAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<CoolReport> CoolAsync(CoolOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var core = await GetCoreAsync(cancellationToken).ConfigureAwait(false);
        return await core.CoolAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<DeltaExplanation>> ExplainDeltasAsync(long afterSequence, int countMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(countMax, Limits.DeltaPageMax);
        var core = await GetCoreAsync(cancellationToken).ConfigureAwait(false);
        return await core.ExplainDeltasAsync(afterSequence, countMax, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await opening.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            // A host and the runtime that it lives in may both close it.
            if (!disposed && current is { } core)
            {
                await core.DisposeAsync().ConfigureAwait(false);
            }

            disposed = true;
        }
        finally
        {
            opening.Exit();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the facet's core, not yet open.</summary>
    protected abstract TCore CreateCore();

    /// <summary>The core, when it is open and usable.</summary>
    protected TCore? Living => current is { IsUsable: true, IsCurrent: true } core ? core : null;

    /// <summary>The core, when it is open, whether or not the agent is still this process's.</summary>
    private protected TCore? Usable => current is { IsUsable: true } core ? core : null;

    /// <summary>The living core: at once when there is one, else after recovery, or after a look whether the agent is still this process's.</summary>
    protected ValueTask<TCore> GetCoreAsync(CancellationToken cancellationToken) => Living is { } core ? new(core) : ReachCoreAsync(cancellationToken);

    private async ValueTask<TCore> ReachCoreAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var core = current is { IsUsable: true } usable ? usable : await OpenCoreAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await core.ConfirmAsync(cancellationToken).ConfigureAwait(false);
                return core;
            }
            catch (TemporalException fenced) when (fenced.Kind == ErrorKind.Fenced && attempt == 0)
            {
                if (Services.Fenced is null)
                {
                    LogFenced(Id.ToString(), fenced);
                }
            }
        }
    }

    private async ValueTask<TCore> OpenCoreAsync(CancellationToken cancellationToken)
    {
        await opening.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (disposed)
            {
                throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, $"{Id} is closed.");
            }

            if (current is { IsUsable: true } opened)
            {
                return opened;
            }

            Services.Closed.RequireOpen(Id);

            if (current is { IsFenced: true } && Services.Fenced is { } leave)
            {
                leave(this);
                throw new TemporalException(ErrorKind.Fenced, ErrorCodes.Fenced, $"{Id} lives elsewhere now.");
            }

            if (current is { } dead)
            {
                known = dead.Durable;
                await dead.DisposeAsync().ConfigureAwait(false);
                current = null;
            }

            var core = CreateCore();
            try
            {
                // Recovery is not the first caller's to give up: the next one would only begin it again.
                await core.OpenAsync(CancellationToken.None).ConfigureAwait(false);
                core.RequireNothingLost(known.Sequence, known.Time);
            }
            catch
            {
                await core.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            current = core;
            return core;
        }
        finally
        {
            opening.Exit();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent} was taken over by another process and is taken back")]
    private partial void LogFenced(string agent, Exception exception);
}
