using IscsiMount.Primitives;

namespace IscsiMount.Testing;

/// <summary>
/// One thread, one seed, no wall clock. What is ready runs in an order that the seed decides. When nothing is ready,
/// the clock jumps to the next timer. The same seed gives the same run.
/// </summary>
public sealed class World : SynchronizationContext
{
    private const int StepsMax = 1_000_000;

    private readonly List<Action> _ready = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private int _steps;
    private volatile string? _escape;

    private World(int seed) => Chance = new Random(seed);

    /// <summary>The only source of chance, for the scenario and for the code under test.</summary>
    public Random Chance { get; }

    public ManualTime Time { get; } = new();

    /// <summary>Runs a scenario to its end. A scenario that cannot go on has deadlocked, and fails here.</summary>
    /// <exception cref="InvariantViolationException">
    /// The scenario waits for something that will never happen, spins, or went on outside of this world.
    /// </exception>
    public static void Run(int seed, Func<World, Task> scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        SynchronizationContext? outer = Current;
        var world = new World(seed);
        SetSynchronizationContext(world);
        try
        {
            Task done = scenario(world);
            while (!done.IsCompleted)
            {
                bool moved = world.Step() || world.Time.JumpToNextTimer();
                Invariant.Holds(moved, $"Seed {seed}: nothing can run any more. Left the world: {world._escape}");
            }

            done.GetAwaiter().GetResult();
            Invariant.Holds(world._escape is null, $"Seed {seed}: left the world: {world._escape}");
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>
    /// Runs all that can run while no time passes. Then an absence is a fact: what has not happened will not happen.
    /// </summary>
    public void Settle()
    {
        while (Step())
        {
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        // Another thread means that a wait went through the pool and the run is no longer a function of the seed.
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _escape ??= Environment.StackTrace;
            return;
        }

        _ready.Add(() => d(state));
    }

    public override SynchronizationContext CreateCopy() => this;

    private bool Step()
    {
        if (_ready.Count == 0)
        {
            return false;
        }

        _steps++;
        Invariant.Holds(_steps <= StepsMax, "a loop is spinning");
        int index = Chance.Next(_ready.Count);
        Action next = _ready[index];
        _ready.RemoveAt(index);
        next();
        return true;
    }
}
