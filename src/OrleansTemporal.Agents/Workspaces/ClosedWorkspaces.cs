using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Workspaces;

/// <summary>
/// Workspaces whose agents nobody may open in this process for a while, because what they would read is being removed or
/// brought back: an agent that opens over half of its objects takes the rest for leftovers. Thread-safe.
/// </summary>
public sealed class ClosedWorkspaces
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> closed = new(StringComparer.Ordinal);

    /// <summary>Closes a workspace until what is returned is disposed of. Agents that are open stay so; close them afterwards.</summary>
    public IDisposable Close(string workspace)
    {
        lock (gate)
        {
            closed[workspace] = closed.GetValueOrDefault(workspace) + 1;
        }

        return new Closing(this, workspace);
    }

    /// <summary>Refuses to open an agent of a closed workspace.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>: it is there no more, or not yet.</exception>
    public void RequireOpen(AgentId agent)
    {
        lock (gate)
        {
            if (!closed.ContainsKey(agent.Workspace))
            {
                return;
            }
        }

        throw new TemporalException(ErrorKind.NotFound, ErrorCodes.WorkspaceNotFound, $"The workspace '{agent.Workspace}' is being removed or restored.") { Field = "workspace" };
    }

    private void Open(string workspace)
    {
        lock (gate)
        {
            if (--closed[workspace] == 0)
            {
                closed.Remove(workspace);
            }
        }
    }

    private sealed class Closing(ClosedWorkspaces owner, string workspace) : IDisposable
    {
        private int isOpened;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOpened, 1) == 0)
            {
                owner.Open(workspace);
            }
        }
    }
}
